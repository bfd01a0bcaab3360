"""The energy charge of a record, and what export earns under its metering rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from cloud_service.domain.money import plain
from cloud_service.domain.tariffs.urdb.draft import DocumentDraft, names_of
from cloud_service.domain.tariffs.urdb.rate_periods import RatePeriods, blocks_of
from common.errors import InputError

Metering = Literal["none", "net_metering", "net_billing", "net_billing_carry", "buy_all_sell_all"]
PAID_EXPORT = ("net_billing", "net_billing_carry", "buy_all_sell_all")  # rules under which export earns money


@dataclass(frozen=True, slots=True)
class EnergyTerms:
    """How the energy of a record is priced."""

    metering: Metering
    demand: str = ""  # id of the demand charge that bounds per kW follow
    holidays: Mapping[str, Any] | None = None  # of the schedule, as our document has them


def add_energy(draft: DocumentDraft, periods: RatePeriods, terms: EnergyTerms) -> None:
    """The energy charge, its schedule, and what export earns under the record's metering rule."""
    periods.check_tiers()
    schedule = periods.schedule()
    if terms.holidays:
        schedule["holidays"] = dict(terms.holidays)
    draft.schedules["energy"] = schedule
    register = "net_import" if terms.metering in ("net_billing", "net_billing_carry") else "import"
    energy: dict[str, Any] = {"kind": "energy", "register": register, "schedule": "energy"}
    energy |= _prices(periods, [[tier.price for tier in tiers] for tiers in periods.tiers], terms.metering)
    if terms.demand:
        energy["demand"] = terms.demand
    if terms.metering == "net_metering":
        if any(tier.sell for tiers in periods.tiers for tier in tiers):
            draft.notes.append("the record has sell rates, which net metering does not use: a surplus waits in kWh")
        energy["netting"] = {"against": "export", "surplus": "carry", "match": "time_of_day"}
    draft.charges.append(energy)
    if terms.metering in PAID_EXPORT:
        _add_export(draft, periods, terms.metering)


def _prices(periods: RatePeriods, prices: Sequence[Sequence[Decimal]], metering: Metering) -> dict[str, Any]:
    """`prices` where no tier has a bound, else `period_blocks`; `prices` are those of the tiers of each period."""
    if all(len(tiers) == 1 for tiers in periods.tiers):
        return {"prices": {name: plain(row[0]) for name, row in zip(periods.names, prices, strict=True)}}
    names = zip(periods.names, periods.tiers, prices, strict=True)
    blocks = {name: blocks_of(tiers, row) for name, tiers, row in names}
    daily = {tier.unit.daily for tiers in periods.tiers for tier in tiers if tier.up_to is not None}
    if len(daily) > 1:
        raise InputError(
            "bounds per day and per month in one rate are not supported",
            path=periods.tiers[0][0].path,
            code="unsupported",
        )
    over = "period"
    if periods.same_bounds_in_each_month():
        over = "time" if metering in PAID_EXPORT else "total"
    return {"period_blocks": blocks, "blocks_over": over, "allowance": "day" if daily == {True} else "month"}


def _add_export(draft: DocumentDraft, periods: RatePeriods, metering: Metering) -> None:
    if all(tier.sell is None for tiers in periods.tiers for tier in tiers):
        draft.notes.append("the record does not say what export earns: a connection with export is refused")
        return
    sells = [[tier.sell if tier.sell is not None else Decimal(0) for tier in tiers] for tiers in periods.tiers]
    charge: dict[str, Any] = {
        "kind": "export",
        "register": "export" if metering == "buy_all_sell_all" else "net_export",
        "schedule": "energy",
        "optional": True,
    }
    if all(len(set(row)) == 1 for row in sells):
        charge["prices"] = {name: plain(row[0]) for name, row in zip(periods.names, sells, strict=True)}
    else:
        charge |= _prices(periods, sells, metering)
    if metering == "net_billing_carry":
        bought = names_of([earlier for earlier in draft.charges if earlier["kind"] == "energy"])
        charge["carry"] = {"of": bought, "usable": "next"}
    draft.charges.append(charge)
