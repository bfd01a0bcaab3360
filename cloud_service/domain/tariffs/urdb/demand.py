"""The demand charges of a version 8 record: of the whole month, by time of use, with a look-back rule."""

from collections.abc import Mapping
from typing import Any

from cloud_service.domain.money import plain
from cloud_service.domain.tariffs.urdb.build import (
    HOURS,
    MONTHS,
    Draft,
    Tier,
    blocks_of,
    check_tiers,
    matrix,
    number,
    used,
)
from cloud_service.domain.tariffs.urdb.tiers import means_something, periods_of
from common.errors import InputError

WINDOWS = (5, 10, 15, 30, 60)


def _window(document: Mapping[str, Any]) -> int:
    value = document.get("demandwindow")
    if value in (None, "", 0):
        return 0
    minutes = number(value, "demandwindow")
    if minutes not in WINDOWS:
        raise InputError(
            f"a demand window of {plain(minutes)} min is not supported",
            path="demandwindow",
            hint=f"one of {WINDOWS}",
            code="unsupported",
        )
    return int(minutes)


def _demand_unit(document: Mapping[str, Any], key: str) -> None:
    unit = document.get(key)
    if unit is not None and str(unit).lower() != "kw":
        raise InputError(f"a demand in {unit!r} is not supported", path=key, hint="kW", code="unsupported")


def add_flat_demand(draft: Draft, document: Mapping[str, Any], register: str, ratchet: dict[str, Any] | None) -> str:
    """The demand charge of the whole month; its id, empty where there is none."""
    if not document.get("flatdemandstructure"):
        return ""
    _demand_unit(document, "flatdemandunit")
    periods = periods_of(document, "flatdemandstructure", energy=False)
    months = document.get("flatdemandmonths", [0] * MONTHS if len(periods) == 1 else None)
    if not isinstance(months, list) or len(months) != MONTHS:
        raise InputError("flat demand has twelve months", path="flatdemandmonths")
    rows = matrix([[month] * HOURS for month in months], len(periods), "flatdemandmonths")
    _demand_charge(draft, "flat_demand", "Demand", periods, rows, rows, register, _window(document), ratchet)
    draft.charges[-1]["measured"] = "month"
    return "flat_demand"


def add_demand(draft: Draft, document: Mapping[str, Any], register: str, ratchet: dict[str, Any] | None) -> None:
    """The demand charge by time of use, where there is one."""
    if not document.get("demandratestructure"):
        return
    _demand_unit(document, "demandrateunit")
    _demand_unit(document, "demandunits")
    periods = periods_of(document, "demandratestructure", energy=False)
    one = [[0] * HOURS for _ in range(MONTHS)] if len(periods) == 1 else None
    weekday = matrix(document.get("demandweekdayschedule", one), len(periods), "demandweekdayschedule")
    weekend = matrix(document.get("demandweekendschedule", one), len(periods), "demandweekendschedule")
    _demand_charge(
        draft, "demand", "Demand by time of use", periods, weekday, weekend, register, _window(document), ratchet
    )


def _demand_charge(  # noqa: PLR0917 -- called twice, side by side
    draft: Draft,
    name: str,
    label: str,
    periods: list[list[Tier]],
    weekday: list[list[int]],
    weekend: list[list[int]],
    register: str,
    window_min: int,
    ratchet: dict[str, Any] | None,
) -> None:
    live, week, end, numbers = used(periods, weekday, weekend)
    names = [f"period_{old + 1}" for old in numbers]
    draft.schedules[name] = {
        "periods": [{"name": text, "label": text.replace("_", " ")} for text in names],
        "weekday": week,
        "weekend": end,
    }
    ladders = {}
    for text, tiers in zip(names, live, strict=True):
        check_tiers(tiers, tiers[0].path.rsplit("[", 1)[0])
        ladders[text] = blocks_of(tiers, [tier.price for tier in tiers])
    charge: dict[str, Any] = {
        "kind": "demand",
        "id": name,
        "label": label,
        "register": register,
        "window_min": window_min,
        "schedule": name,
        "period_blocks": ladders,
    }
    if ratchet:
        charge["ratchet"] = ratchet
    draft.charges.append(charge)


def ratchet_of(document: Mapping[str, Any]) -> dict[str, Any] | None:
    """The look-back rule: a share of the highest demand of the last months, or of named months."""
    share = document.get("lookbackpercent")
    if not means_something(share):
        return None
    flags = document.get("lookbackmonths") or []
    months = document.get("lookbackrange")
    if not 0 < number(share, "lookbackpercent") <= 1:
        raise InputError(
            f"the look-back share {share} is not between 0 and 1", path="lookbackpercent", hint="0.8 for 80 %"
        )
    ratchet: dict[str, Any] = {"share": plain(number(share, "lookbackpercent"))}
    named = [index + 1 for index, flag in enumerate(flags) if flag]
    if 0 < len(named) < MONTHS:
        ratchet["only_months"] = named
    if means_something(months):
        ratchet["months"] = int(number(months, "lookbackrange"))
    elif not named:
        raise InputError("a look-back share needs its months", path="lookbackrange")
    return ratchet
