"""The open ratebook form of a URDB rate: decimals as text, holidays by name, unsupported parts listed by the source."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from cloud_service.domain.tariffs.urdb.draft import (
    DocumentDraft,
    ImportedTariff,
    add_fixed,
    add_minimum,
    machine_name,
    number,
)
from cloud_service.domain.tariffs.urdb.energy import EnergyTerms, Metering, add_energy
from cloud_service.domain.tariffs.urdb.rate_periods import Tier, bound_unit, matrix, periods_in_use
from common.errors import InputError

METERING: dict[str | None, Metering] = {
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
FIELDS = (
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

SECTIONS = {
    "energy": ("periods",),
    "schedule": ("weekday", "weekend", "holiday_policy", "holidays", "holiday_observance"),
    "fixed_charges": ("amount", "unit"),
    "min_charge": ("amount", "unit"),
    "effective_range": ("start", "end", "superseded_at", "scheduled_end"),
}
PERIOD = ("tiers", "name", "label")


def from_ratebook(document: Mapping[str, Any], *, dated: bool, holidays: bool) -> ImportedTariff:
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
    draft = DocumentDraft(
        machine_name(utility, plan), f"{utility}: {plan}" if utility else plan, str(sources[0].get("url", ""))
    )
    if dated:
        draft.validity = _validity(document.get("effective_range", {}))
    periods = [
        _period(period, f"energy.periods[{index}]") for index, period in enumerate(document["energy"]["periods"])
    ]
    schedule = document["schedule"]
    weekday = matrix(schedule.get("weekday"), len(periods), "schedule.weekday")
    weekend = matrix(schedule.get("weekend"), len(periods), "schedule.weekend")
    terms = EnergyTerms(_metering(document), holidays=_holidays(schedule, draft, apply=holidays))
    add_energy(draft, periods_in_use(periods, weekday, weekend), terms)
    for index, fixed in enumerate(document.get("fixed_charges", ())):
        path = f"fixed_charges[{index}]"
        add_fixed(draft, number(fixed.get("amount"), f"{path}.amount"), str(fixed.get("unit")), f"{path}.unit")
    least = document.get("min_charge")
    if least is not None:
        add_minimum(draft, number(least.get("amount"), "min_charge.amount"), str(least.get("unit")), "min_charge.unit")
    return draft.finish()


def _refuse_unknown(document: Mapping[str, Any]) -> None:
    """A part that is not known, at whatever depth prices stand, must not be left out of a bill."""
    _refuse_others(document, FIELDS, "")
    for name, fields in SECTIONS.items():
        section = document.get(name) or {}
        if isinstance(section, list):
            for index, entry in enumerate(section):
                _refuse_others(entry, fields, f"{name}[{index}].")
        else:
            _refuse_others(section, fields, f"{name}.")
    for index, period in enumerate(document["energy"]["periods"]):
        _refuse_others(period, PERIOD, f"energy.periods[{index}].")


def _refuse_others(section: Mapping[str, Any], fields: Sequence[str], place: str) -> None:
    for key in section:
        if key not in fields:
            raise InputError(
                f"{key!r} is not a part of a ratebook record that can be priced",
                path=f"{place}{key}",
                code="unsupported",
            )


def _validity(effective: Mapping[str, Any]) -> dict[str, Any]:
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
        unit = bound_unit(tier.get("max_unit"), f"{place}.max_unit")
        limit, sell = tier.get("max"), tier.get("sell")
        adjustment = number(tier["adj"], f"{place}.adj") if tier.get("adj") is not None else Decimal(0)
        price = number(tier.get("rate"), f"{place}.rate") + adjustment
        tiers.append(
            Tier(
                price,
                None if limit is None else number(limit, f"{place}.max"),
                unit,
                None if sell is None else number(sell, f"{place}.sell"),
                place,
            )
        )
    if not tiers:
        raise InputError("a period has no tier", path=f"{path}.tiers")
    return tiers


def _metering(document: Mapping[str, Any]) -> Metering:
    kind = document.get("metering")
    if kind not in METERING:
        raise InputError(
            f"the metering rule {kind!r} is not supported",
            path="metering",
            hint=", ".join(str(key) for key in METERING if key),
            code="unsupported",
        )
    return METERING[kind]


def _holidays(schedule: Mapping[str, Any], draft: DocumentDraft, *, apply: bool) -> dict[str, Any] | None:
    policy, names = schedule.get("holiday_policy", "unknown"), schedule.get("holidays") or []
    if policy == "as_weekend" and names and not apply:
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
