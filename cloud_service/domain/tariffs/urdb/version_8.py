"""A record of the URDB, version 8, as https://openei.org/services/doc/rest/util_rates describes it."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from cloud_service.domain.money import plain
from cloud_service.domain.tariffs.urdb.demand import add_demand, add_flat_demand, ratchet_of
from cloud_service.domain.tariffs.urdb.draft import (
    DocumentDraft,
    ImportedTariff,
    add_fixed,
    add_minimum,
    machine_name,
    number,
)
from cloud_service.domain.tariffs.urdb.energy import EnergyTerms, Metering, add_energy
from cloud_service.domain.tariffs.urdb.rate_periods import HOURS, MONTHS, matrix, periods_in_use
from cloud_service.domain.tariffs.urdb.tiers import means_something, periods_of
from common.errors import InputError

DGRULES: dict[str, Metering] = {
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


def from_version_8(document: Mapping[str, Any], *, dated: bool) -> ImportedTariff:
    """The document of a URDB record; what would change the bill and cannot be priced is refused with its path.

    Names are read in any case: the database's download writes `fixedChargeFirstMeter`, its service small letters.
    """
    document = _with_small_names(document)
    for key, reason in REFUSED.items():
        if means_something(document.get(key)):
            raise InputError(reason, path=key, code="unsupported")
    _refuse_unknown(document)
    document = _with_new_names(document)
    utility, name = str(document.get("utility", "")), str(document.get("name", ""))
    draft = DocumentDraft(
        machine_name(utility, name) if utility or name else "urdb",
        f"{utility}: {name}" if utility else name,
        str(document.get("source", "")),
    )
    if dated:
        draft.validity = _validity(document)
    register = "import" if _metering(document) == "buy_all_sell_all" else "net_import"
    ratchet = ratchet_of(document)
    demand = add_flat_demand(draft, document, register, ratchet)
    add_demand(draft, document, register, ratchet)
    _add_energy(draft, document, demand if ratchet else "")
    _add_fuel(draft, document)
    _add_fees(draft, document)
    if not draft.charges:
        raise InputError("the record has no prices", path="energyratestructure")
    return draft.finish()


def _add_fees(draft: DocumentDraft, document: Mapping[str, Any]) -> None:
    """What is due whatever was used: the fixed charge of a meter, and the least of a bill."""
    if document.get("fixedchargefirstmeter") is not None:
        add_fixed(
            draft,
            number(document["fixedchargefirstmeter"], "fixedchargefirstmeter"),
            str(document.get("fixedchargeunits", "$/month")),
            "fixedchargeunits",
        )
    if means_something(document.get("fixedchargeeaaddl")):
        draft.notes.append("fixedchargeeaaddl: the charge of further meters is not part of a connection with one meter")
    if document.get("mincharge") is not None:
        add_minimum(
            draft,
            number(document["mincharge"], "mincharge"),
            str(document.get("minchargeunits", "$/month")),
            "minchargeunits",
        )


def _with_small_names(document: Mapping[str, Any]) -> dict[str, Any]:
    """The record with its names in small letters; two that differ only in that are refused."""
    fields: dict[str, Any] = {}
    for key, value in document.items():
        if key.lower() in fields:
            raise InputError(f"the record has {key!r} twice, in other letters", path=key)
        fields[key.lower()] = value
    return fields


def _is_words(value: Any) -> bool:
    """Whether a value is a text that is no number."""
    return isinstance(value, str) and not re.fullmatch(r"[$\s]*[-+]?[\d.,]+(e[-+]?\d+)?[%\s]*", value, re.IGNORECASE)


def _refuse_unknown(document: Mapping[str, Any]) -> None:
    """A part that is not known and sounds like money must not be left out of a bill."""
    for key, value in document.items():
        if key in READ or key in PLAIN or key in REFUSED or not means_something(value) or _is_words(value):
            continue
        if any(word in key for word in PRICED) and not key.endswith(("comments", "attrs")):
            raise InputError(f"{key!r} is not a part of a rate that can be priced", path=key, code="unsupported")


def _with_new_names(document: Mapping[str, Any]) -> dict[str, Any]:
    """The record with its older names as those of version 8; two minimum charges are too many."""
    fields = dict(document)
    for old, (new, unit_name, unit) in OLDER.items():
        if not means_something(document.get(old)):
            continue
        if means_something(fields.get(new)):
            raise InputError(f"the record has {old} and another {new}", path=old, code="unsupported")
        fields |= {new: document[old], unit_name: unit}
    return fields


def _validity(document: Mapping[str, Any]) -> dict[str, str]:
    validity: dict[str, str] = {}
    for ours, theirs in (("from", "startdate"), ("until", "enddate")):
        value = document.get(theirs)
        if value in (None, ""):
            continue
        if isinstance(value, int | Decimal):
            validity[ours] = datetime.fromtimestamp(int(value), UTC).date().isoformat()
        else:
            try:
                validity[ours] = date.fromisoformat(str(value)[:10]).isoformat()
            except ValueError as error:
                raise InputError(f"{value!r} is not a date", path=theirs) from error
    return validity


def _metering(document: Mapping[str, Any]) -> Metering:
    rule = document.get("dgrules")
    if rule is None:
        return "none" if document.get("usenetmetering") is False else "net_metering"
    metering = DGRULES.get(str(rule).lower())
    if metering is None:
        raise InputError(
            f"the rule {rule!r} is not supported", path="dgrules", hint=", ".join(DGRULES), code="unsupported"
        )
    return metering


def _add_energy(draft: DocumentDraft, document: Mapping[str, Any], demand: str) -> None:
    if not document.get("energyratestructure"):
        draft.notes.append("the record has no energy rate")
        return
    periods = periods_of(document, "energyratestructure", energy=True)
    all_hours = [[0] * HOURS for _ in range(MONTHS)] if len(periods) == 1 else None
    weekday = matrix(document.get("energyweekdayschedule", all_hours), len(periods), "energyweekdayschedule")
    weekend = matrix(document.get("energyweekendschedule", all_hours), len(periods), "energyweekendschedule")
    if document.get("dgrules") is None and document.get("usenetmetering") is not False:
        draft.notes.append(
            "dgrules is missing: a connection that exports is priced with net metering, as the URDB's own tools do"
        )
    add_energy(draft, periods_in_use(periods, weekday, weekend), EnergyTerms(_metering(document), demand))


def _add_fuel(draft: DocumentDraft, document: Mapping[str, Any]) -> None:
    """Monthly adders to every kWh, as a charge of their own."""
    adders = document.get("fueladjustmentsmonthly")
    if not means_something(adders):
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
