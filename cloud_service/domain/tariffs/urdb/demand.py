"""The demand charges of a version 8 record: of the whole month, by time of use, with a look-back rule."""

from collections.abc import Mapping
from typing import Any

from cloud_service.domain.money import plain
from cloud_service.domain.tariffs.urdb.draft import DocumentDraft, number
from cloud_service.domain.tariffs.urdb.rate_periods import (
    HOURS,
    MONTHS,
    RatePeriods,
    blocks_of,
    matrix,
    periods_in_use,
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


def _refuse_other_unit(document: Mapping[str, Any], key: str) -> None:
    unit = document.get(key)
    if unit is not None and str(unit).lower() != "kw":
        raise InputError(f"a demand in {unit!r} is not supported", path=key, hint="kW", code="unsupported")


def add_flat_demand(
    draft: DocumentDraft, document: Mapping[str, Any], register: str, ratchet: dict[str, Any] | None
) -> str:
    """The demand charge of the whole month; its id, empty where there is none."""
    if not document.get("flatdemandstructure"):
        return ""
    _refuse_other_unit(document, "flatdemandunit")
    periods = periods_of(document, "flatdemandstructure", energy=False)
    months = document.get("flatdemandmonths", [0] * MONTHS if len(periods) == 1 else None)
    if not isinstance(months, list) or len(months) != MONTHS:
        raise InputError("flat demand has twelve months", path="flatdemandmonths")
    rows = matrix([[month] * HOURS for month in months], len(periods), "flatdemandmonths")
    in_use = periods_in_use(periods, rows, rows)
    _add(draft, "flat_demand", "Demand", in_use, register, _window(document), ratchet)
    draft.charges[-1]["measured"] = "month"
    return "flat_demand"


def add_demand(
    draft: DocumentDraft, document: Mapping[str, Any], register: str, ratchet: dict[str, Any] | None
) -> None:
    """The demand charge by time of use, where there is one."""
    if not document.get("demandratestructure"):
        return
    _refuse_other_unit(document, "demandrateunit")
    _refuse_other_unit(document, "demandunits")
    periods = periods_of(document, "demandratestructure", energy=False)
    all_hours = [[0] * HOURS for _ in range(MONTHS)] if len(periods) == 1 else None
    weekday = matrix(document.get("demandweekdayschedule", all_hours), len(periods), "demandweekdayschedule")
    weekend = matrix(document.get("demandweekendschedule", all_hours), len(periods), "demandweekendschedule")
    in_use = periods_in_use(periods, weekday, weekend)
    _add(draft, "demand", "Demand by time of use", in_use, register, _window(document), ratchet)


def _add(  # noqa: PLR0917 -- called twice, side by side
    draft: DocumentDraft,
    name: str,
    label: str,
    periods: RatePeriods,
    register: str,
    window_min: int,
    ratchet: dict[str, Any] | None,
) -> None:
    """A demand charge with the blocks of each period, and its schedule."""
    periods.check_tiers()
    draft.schedules[name] = periods.schedule()
    tiers_of_periods = zip(periods.names, periods.tiers, strict=True)
    charge: dict[str, Any] = {
        "kind": "demand",
        "id": name,
        "label": label,
        "register": register,
        "window_min": window_min,
        "schedule": name,
        "period_blocks": {
            period: blocks_of(tiers, [tier.price for tier in tiers]) for period, tiers in tiers_of_periods
        },
    }
    if ratchet:
        charge["ratchet"] = ratchet
    draft.charges.append(charge)


def ratchet_of(document: Mapping[str, Any]) -> dict[str, Any] | None:
    """The look-back rule: a share of the highest demand of the last months, or of months_that_count months."""
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
    months_that_count = [index + 1 for index, flag in enumerate(flags) if flag]
    if 0 < len(months_that_count) < MONTHS:
        ratchet["only_months"] = months_that_count
    if means_something(months):
        ratchet["months"] = int(number(months, "lookbackrange"))
    elif not months_that_count:
        raise InputError("a look-back share needs its months", path="lookbackrange")
    return ratchet
