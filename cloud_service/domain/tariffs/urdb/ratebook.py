"""The open ratebook form of a URDB rate: decimals as text, holidays by name, unsupported parts listed by the source."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from cloud_service.domain.tariffs.urdb.build import (
    Draft,
    Imported,
    Tier,
    add_energy,
    add_fixed,
    add_minimum,
    machine_name,
    matrix,
    number,
    unit_of,
)
from common.errors import InputError

METERING = {
    "none": "none",
    None: "none",
    "net_metering": "net_metering",
    "net_billing": "net_billing",
    "buy_all_sell_all": "buy_all_sell_all",
}
OBSERVED = {
    "actual_day": "actual_day",
    "sunday_to_monday": "sunday_to_monday",
    "nearest_weekday": "nearest_weekday",
    None: "sunday_to_monday",
}
KNOWN = (
    "schema_version",
    "identity",
    "effective_range",
    "energy",
    "schedule",
    "fixed_charges",
    "min_charge",
    "unsupported",
    "metering",
    "source_documents",
    "provenance",
)

PARTS = {
    "energy": ("periods",),
    "schedule": ("weekday", "weekend", "holiday_policy", "holidays", "holiday_observance"),
    "fixed_charges": ("amount", "unit"),
    "min_charge": ("amount", "unit"),
    "effective_range": ("start", "end", "superseded_at", "scheduled_end"),
}
PERIOD = ("tiers", "name", "label")


def from_ratebook(document: Mapping[str, Any], *, dated: bool, holidays: bool) -> Imported:
    """The document of a ratebook record; a part it calls unsupported is refused."""
    _refuse_unknown(document)
    if document.get("unsupported"):
        raise InputError(
            f"the record has parts that cannot be priced: {document['unsupported']}",
            path="unsupported",
            code="unsupported",
        )
    identity = document.get("identity", {})
    utility, plan = str(identity.get("utility_id", "")), str(identity.get("plan_name", ""))
    sources = document.get("source_documents") or [{}]
    draft = Draft(
        machine_name(utility, plan), f"{utility}: {plan}" if utility else plan, str(sources[0].get("url", ""))
    )
    if dated:
        draft.days = _days(document.get("effective_range", {}))
    periods = [
        _period(period, f"energy.periods[{index}]") for index, period in enumerate(document["energy"]["periods"])
    ]
    schedule = document["schedule"]
    weekday = matrix(schedule.get("weekday"), len(periods), "schedule.weekday")
    weekend = matrix(schedule.get("weekend"), len(periods), "schedule.weekend")
    add_energy(
        draft, periods, weekday, weekend, {"kind": _metering(document)}, _holidays(schedule, draft, wanted=holidays)
    )
    for index, fixed in enumerate(document.get("fixed_charges", ())):
        path = f"fixed_charges[{index}]"
        add_fixed(draft, number(fixed.get("amount"), f"{path}.amount"), str(fixed.get("unit")), f"{path}.unit")
    least = document.get("min_charge")
    if least is not None:
        add_minimum(draft, number(least.get("amount"), "min_charge.amount"), str(least.get("unit")), "min_charge.unit")
    return draft.done()


def _refuse_unknown(document: Mapping[str, Any]) -> None:
    """A part that is not known, at whatever depth prices stand, must not be left out of a bill."""
    _only(document, KNOWN, "")
    for name, known in PARTS.items():
        part = document.get(name) or {}
        if isinstance(part, list):
            for index, one in enumerate(part):
                _only(one, known, f"{name}[{index}].")
        else:
            _only(part, known, f"{name}.")
    for index, period in enumerate(document["energy"]["periods"]):
        _only(period, PERIOD, f"energy.periods[{index}].")


def _only(part: Mapping[str, Any], known: Sequence[str], place: str) -> None:
    for key in part:
        if key not in known:
            raise InputError(
                f"{key!r} is not a part of a ratebook record that can be priced",
                path=f"{place}{key}",
                code="unsupported",
            )


def _days(effective: Mapping[str, Any]) -> dict[str, Any]:
    days = {"from": effective.get("start"), "until": effective.get("end") or effective.get("scheduled_end")}
    return {key: value for key, value in days.items() if value}


def _period(period: Mapping[str, Any], path: str) -> list[Tier]:
    tiers = []
    for index, tier in enumerate(period.get("tiers", ())):
        place = f"{path}.tiers[{index}]"
        for key in tier:
            if key not in ("rate", "adj", "max", "max_unit", "sell"):
                raise InputError(
                    f"{key!r} is not a part of a tier that can be priced", path=f"{place}.{key}", code="unsupported"
                )
        per_kw, daily = unit_of(tier.get("max_unit"), f"{place}.max_unit")
        limit, sell = tier.get("max"), tier.get("sell")
        adjustment = number(tier["adj"], f"{place}.adj") if tier.get("adj") is not None else Decimal(0)
        price = number(tier.get("rate"), f"{place}.rate") + adjustment
        tiers.append(
            Tier(
                price,
                None if limit is None else number(limit, f"{place}.max"),
                per_kw,
                daily,
                None if sell is None else number(sell, f"{place}.sell"),
                place,
            )
        )
    return tiers


def _metering(document: Mapping[str, Any]) -> str:
    kind = document.get("metering")
    if kind not in METERING:
        raise InputError(
            f"the metering rule {kind!r} is not supported",
            path="metering",
            hint=", ".join(str(key) for key in METERING if key),
            code="unsupported",
        )
    return METERING[kind]


def _holidays(schedule: Mapping[str, Any], draft: Draft, *, wanted: bool) -> dict[str, Any] | None:
    policy, names = schedule.get("holiday_policy", "unknown"), schedule.get("holidays") or []
    if policy == "as_weekend" and names and not wanted:
        draft.notes.append(
            f"the record prices {len(names)} holidays as weekend; they are priced as days like others here"
        )
        return None
    if policy == "as_weekend" and names:
        observed = schedule.get("holiday_observance")
        if observed not in OBSERVED:
            raise InputError(
                f"the observance {observed!r} is not supported", path="schedule.holiday_observance", code="unsupported"
            )
        return {"calendar": "us", "only": list(names), "observed": OBSERVED[observed], "treat_as": "sunday"}
    if policy not in ("as_weekday", "unknown", "as_weekend"):
        raise InputError(
            f"the holiday policy {policy!r} is not supported", path="schedule.holiday_policy", code="unsupported"
        )
    if policy == "unknown":
        draft.notes.append("the record does not say how holidays are priced: they are days like others")
    return None
