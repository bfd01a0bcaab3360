"""An amount to agree with a connection: its use of the last year, or one that somebody states, at the prices ahead."""

from datetime import date
from decimal import Decimal

from cloud_service.domain.invoicing.advances.proposal import (
    OWN_AMOUNT,
    AdvanceProposal,
    ProposedSupply,
    YearlyUse,
    propose,
)
from cloud_service.domain.money import exact
from cloud_service.store.database.session import Session
from cloud_service.store.invoicing import billable_contracts
from cloud_service.store.metering import supplied_use
from cloud_service.store.tariffs.engine_cache import tariff_of
from common.errors import InputError
from common.period import Span, add_months
from common.reading import Unit

DAYS_OF_YEAR = Decimal(365)
DAYS_MIN = 28  # a few days say nothing of a year
UNITS = {Unit.KWH: "kWh", Unit.M3: "m³"}
VOLUMES = ("water", "gas")


def proposal(
    session: Session, contract_id: int, start: date, *, yearly_use: Decimal | None = None, every_months: int = 1
) -> AdvanceProposal:
    """What to agree from a day on; `yearly_use` is in the unit of the connection's meter."""
    (contract,) = billable_contracts.contracts(session, [contract_id])
    year = Span(start, add_months(start, 12))
    assigned = billable_contracts.assigned_tariffs(session, [contract_id], year).get(contract_id, [])
    tariffs = [tariff_of(session, tariff.versions) for tariff in assigned if tariff.span == year]
    if not tariffs or len(tariffs) != len(assigned):
        raise InputError(
            f"no one tariff prices {contract.number} in the year from {start} on", path="from", hint=OWN_AMOUNT
        )
    unit = Unit.M3 if contract.utility in VOLUMES else Unit.KWH
    use = (
        YearlyUse(yearly_use, UNITS[unit]) if yearly_use is not None else _last_year(session, contract_id, start, unit)
    )
    values = {name: exact(value) for name, value in contract.values.items()}
    return propose(ProposedSupply(tariffs, contract.timezone, contract.cycle_day, values), use, start, every_months)


def _last_year(session: Session, contract_id: int, start: date, unit: Unit) -> YearlyUse:
    """What the meters counted on the contract's own days of the year before, brought to a year."""
    registers = supplied_use.of_contracts(session, [contract_id], Span(add_months(start, -12), start), unit)
    sums = [each for each in supplied_use.daily(session, registers) if not each.gaps]
    days = len({each.first for each in sums})
    if days < DAYS_MIN:
        raise InputError(
            f"only {days} days of the year before {start} were read without gaps", path="use",
            hint="state what is used in a year",
        )  # fmt: skip
    total = sum((each.total for each in sums), Decimal(0)).scaleb(-3)
    quantity = (total * DAYS_OF_YEAR / min(Decimal(days), DAYS_OF_YEAR)).quantize(Decimal(1))
    return YearlyUse(quantity, UNITS[unit], days)
