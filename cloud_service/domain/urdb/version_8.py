"""A record of the URDB, version 8, as https://openei.org/services/doc/rest/util_rates describes it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from cloud_service.domain.money import plain
from cloud_service.domain.urdb.build import (
    HOURS,
    MONTHS,
    Draft,
    Imported,
    Tier,
    add_energy,
    add_fixed,
    add_minimum,
    blocks_of,
    check_tiers,
    machine_name,
    matrix,
    number,
    unit_of,
    used,
)
from common.errors import InputError

DGRULES = {
    "net metering": "net_metering",
    "net billing instantaneous": "net_billing",
    "net billing hourly": "net_billing_carry",
    "buy all sell all": "buy_all_sell_all",
}
REFUSED = {  # parts of a record that change the bill and have no place in a tariff of ours
    "coincidentratestructure": "coincident demand needs the utility's own peak hours",
    "coincidentrateschedule": "coincident demand needs the utility's own peak hours",
    "demandreactivepowercharge": "a charge for reactive power needs reactive readings",
    "demandratchetpercentage": "ratchet percentages without a look-back rule are ambiguous",
}
READ = (  # parts that are priced here
    "energyratestructure",
    "energyweekdayschedule",
    "energyweekendschedule",
    "flatdemandstructure",
    "flatdemandmonths",
    "flatdemandunit",
    "demandratestructure",
    "demandweekdayschedule",
    "demandweekendschedule",
    "demandrateunit",
    "demandunits",
    "demandwindow",
    "lookbackpercent",
    "lookbackrange",
    "lookbackmonths",
    "fueladjustmentsmonthly",
    "fixedchargefirstmeter",
    "fixedchargeeaaddl",
    "fixedchargeunits",
    "fixedmonthlycharge",
    "mincharge",
    "minchargeunits",
    "minmonthlycharge",
    "annualmincharge",
    "dgrules",
)
PLAIN = (  # parts that say something about prices and are none
    "coincidentrateunit",
    "demandattrs",
    "demandcomments",
    "energyattrs",
    "energycomments",
    "fixedattrs",
    "peakkwcapacityhistory",
    "usenetmetering",
)
PRICED = (
    "charge",
    "rate",
    "structure",
    "adjust",
    "schedule",
    "demand",
    "price",
    "cost",
    "fee",
    "credit",
    "discount",
    "tax",
)
OLDER = {  # names of version 7 and before
    "fixedmonthlycharge": ("fixedchargefirstmeter", "fixedchargeunits", "$/month"),
    "minmonthlycharge": ("mincharge", "minchargeunits", "$/month"),
    "annualmincharge": ("mincharge", "minchargeunits", "$/year"),
}
WINDOWS = (5, 10, 15, 30, 60)
NO_BOUND = Decimal("1e37")


def from_version_8(document: Mapping[str, Any], *, dated: bool) -> Imported:
    """The document of a URDB record; what would change the bill and cannot be priced is refused with its path."""
    for key, reason in REFUSED.items():
        if _means_something(document.get(key)):
            raise InputError(reason, path=key, code="unsupported")
    _refuse_unknown(document)
    document = _newer(document)
    utility, name = str(document.get("utility", "")), str(document.get("name", ""))
    draft = Draft(
        machine_name(utility, name) if utility or name else "urdb",
        f"{utility}: {name}" if utility else name,
        str(document.get("source", "")),
    )
    if dated:
        draft.days = _days(document)
    register = "import" if _metering(document) == "buy_all_sell_all" else "net_import"
    ratchet = _ratchet(document)
    demand = _add_flat_demand(draft, document, register, ratchet)
    _add_demand(draft, document, register, ratchet)
    _add_energy(draft, document, demand if ratchet else "")
    _add_fuel(draft, document)
    if document.get("fixedchargefirstmeter") is not None:
        add_fixed(
            draft,
            number(document["fixedchargefirstmeter"], "fixedchargefirstmeter"),
            str(document.get("fixedchargeunits", "$/month")),
            "fixedchargeunits",
        )
    if _means_something(document.get("fixedchargeeaaddl")):
        draft.notes.append("fixedchargeeaaddl: the charge of further meters is not part of a connection with one meter")
    if document.get("mincharge") is not None:
        add_minimum(
            draft,
            number(document["mincharge"], "mincharge"),
            str(document.get("minchargeunits", "$/month")),
            "minchargeunits",
        )
    if not draft.charges:
        raise InputError("the record has no prices", path="energyratestructure")
    return draft.done()


def _refuse_unknown(document: Mapping[str, Any]) -> None:
    """A part that is not known and sounds like money must not be left out of a bill."""
    for key, value in document.items():
        low = key.lower()
        if low in READ or low in PLAIN or low in REFUSED or not _means_something(value):
            continue
        if (
            any(word in low for word in PRICED)
            and not low.endswith(("comments", "attrs"))
            and not isinstance(value, str)
        ):
            raise InputError(f"{key!r} is not a part of a rate that can be priced", path=key, code="unsupported")


def _newer(document: Mapping[str, Any]) -> dict[str, Any]:
    """The record with its older names as those of version 8; two minimum charges are too many."""
    found = dict(document)
    for old, (new, unit_name, unit) in OLDER.items():
        if not _means_something(document.get(old)):
            continue
        if _means_something(found.get(new)):
            raise InputError(f"the record has {old} and another {new}", path=old, code="unsupported")
        found |= {new: document[old], unit_name: unit}
    return found


def _means_something(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(_means_something(entry) for entry in value)
    if isinstance(value, Mapping):
        return any(_means_something(entry) for entry in value.values())
    return value not in (None, "", 0, False) and value != Decimal(0)


def _days(document: Mapping[str, Any]) -> dict[str, Any]:
    days: dict[str, Any] = {}
    for ours, theirs in (("from", "startdate"), ("until", "enddate")):
        value = document.get(theirs)
        if value in (None, ""):
            continue
        if isinstance(value, int | Decimal):
            days[ours] = datetime.fromtimestamp(int(value), UTC).date().isoformat()
        else:
            try:
                days[ours] = date.fromisoformat(str(value)[:10]).isoformat()
            except ValueError as error:
                raise InputError(f"{value!r} is not a date", path=theirs) from error
    return days


def _metering(document: Mapping[str, Any]) -> str:
    rule = document.get("dgrules")
    if rule is None:
        return "none" if document.get("usenetmetering") is False else "net_metering"
    found = DGRULES.get(str(rule).lower())
    if found is None:
        raise InputError(
            f"the rule {rule!r} is not supported", path="dgrules", hint=", ".join(DGRULES), code="unsupported"
        )
    return found


def _tiers(period: Any, path: str, *, energy: bool) -> list[Tier]:
    if not isinstance(period, list) or not period:
        raise InputError("a period has no tier", path=path)
    tiers = []
    for index, tier in enumerate(period):
        place = f"{path}[{index}]"
        for key in tier:
            if key not in ("rate", "adj", "max", "unit", "sell"):
                raise InputError(
                    f"{key!r} is not a part of a tier that can be priced", path=f"{place}.{key}", code="unsupported"
                )
        if tier.get("rate") is None and tier.get("adj") is None:
            raise InputError("a tier has no rate", path=f"{place}.rate")
        price = sum(
            (number(tier[key], f"{place}.{key}") for key in ("rate", "adj") if tier.get(key) is not None), Decimal(0)
        )
        per_kw, daily = unit_of(tier.get("unit"), f"{place}.unit") if energy else _kw(tier.get("unit"), f"{place}.unit")
        limit = None if tier.get("max") is None else number(tier["max"], f"{place}.max")
        sell = None if tier.get("sell") is None else number(tier["sell"], f"{place}.sell")
        tiers.append(Tier(price, None if limit is None or limit > NO_BOUND else limit, per_kw, daily, sell, place))
    return tiers


def _kw(unit: Any, path: str) -> tuple[bool, bool]:
    if str(unit or "kW").lower() != "kw":
        raise InputError(f"a demand in {unit!r} is not supported", path=path, hint="kW", code="unsupported")
    return False, False


def _periods(document: Mapping[str, Any], key: str, *, energy: bool) -> list[list[Tier]]:
    structure = document[key]
    if not isinstance(structure, list) or not structure:
        raise InputError("a rate structure is a list of periods", path=key)
    return [_tiers(period, f"{key}[{index}]", energy=energy) for index, period in enumerate(structure)]


def _add_energy(draft: Draft, document: Mapping[str, Any], demand: str) -> None:
    if not document.get("energyratestructure"):
        draft.notes.append("the record has no energy rate")
        return
    periods = _periods(document, "energyratestructure", energy=True)
    first = [[0] * HOURS for _ in range(MONTHS)]
    one = len(periods) == 1
    weekday = matrix(
        document.get("energyweekdayschedule", first if one else None), len(periods), "energyweekdayschedule"
    )
    weekend = matrix(
        document.get("energyweekendschedule", first if one else None), len(periods), "energyweekendschedule"
    )
    if document.get("dgrules") is None and document.get("usenetmetering") is not False:
        draft.notes.append(
            "dgrules is missing: a connection that exports is priced with net metering, as the URDB's own tools do"
        )
    add_energy(draft, periods, weekday, weekend, {"kind": _metering(document), "demand": demand}, None)


def _add_fuel(draft: Draft, document: Mapping[str, Any]) -> None:
    """Monthly adders to every kWh, as a charge of their own."""
    adders = document.get("fueladjustmentsmonthly")
    if not _means_something(adders):
        return
    if not isinstance(adders, list) or len(adders) != MONTHS:
        raise InputError("fuel adjustments are twelve", path="fueladjustmentsmonthly")
    prices = [plain(number(value or 0, f"fueladjustmentsmonthly[{index}]")) for index, value in enumerate(adders)]
    rows = [[month] * HOURS for month in range(MONTHS)]
    draft.schedules["fuel"] = {
        "periods": [{"name": f"month_{month + 1}"} for month in range(MONTHS)],
        "weekday": rows,
        "weekend": rows,
    }
    charge = {"kind": "energy", "id": "fuel", "label": "Fuel adjustment", "register": "net_import", "schedule": "fuel"}
    draft.charges.append({**charge, "prices": {f"month_{month + 1}": price for month, price in enumerate(prices)}})


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


def _add_flat_demand(draft: Draft, document: Mapping[str, Any], register: str, ratchet: dict[str, Any] | None) -> str:
    """The demand charge of the whole month; its id, empty where there is none."""
    if not document.get("flatdemandstructure"):
        return ""
    _demand_unit(document, "flatdemandunit")
    periods = _periods(document, "flatdemandstructure", energy=False)
    months = document.get("flatdemandmonths", [0] * MONTHS if len(periods) == 1 else None)
    if not isinstance(months, list) or len(months) != MONTHS:
        raise InputError("flat demand has twelve months", path="flatdemandmonths")
    rows = matrix([[month] * HOURS for month in months], len(periods), "flatdemandmonths")
    _demand_charge(draft, "flat_demand", "Demand", periods, rows, rows, register, _window(document), ratchet)
    draft.charges[-1]["measured"] = "month"
    return "flat_demand"


def _add_demand(draft: Draft, document: Mapping[str, Any], register: str, ratchet: dict[str, Any] | None) -> None:
    if not document.get("demandratestructure"):
        return
    _demand_unit(document, "demandrateunit")
    _demand_unit(document, "demandunits")
    periods = _periods(document, "demandratestructure", energy=False)
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


def _ratchet(document: Mapping[str, Any]) -> dict[str, Any] | None:
    """The look-back rule: a share of the highest demand of the last months, or of named months."""
    share = document.get("lookbackpercent", document.get("lookbackPercent"))
    if not _means_something(share):
        return None
    flags = document.get("lookbackmonths", document.get("lookbackMonths")) or []
    months = document.get("lookbackrange", document.get("lookbackRange"))
    if not 0 < number(share, "lookbackpercent") <= 1:
        raise InputError(
            f"the look-back share {share} is not between 0 and 1", path="lookbackpercent", hint="0.8 for 80 %"
        )
    ratchet: dict[str, Any] = {"share": plain(number(share, "lookbackpercent"))}
    named = [index + 1 for index, flag in enumerate(flags) if flag]
    if 0 < len(named) < MONTHS:
        ratchet["only_months"] = named
    if _means_something(months):
        ratchet["months"] = int(number(months, "lookbackrange"))
    elif not named:
        raise InputError("a look-back share needs its months", path="lookbackrange")
    return ratchet
