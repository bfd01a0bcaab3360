"""The use of the months before a rated span: as earlier bills froze it, or as it was read where there is no bill."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from cloud_service.flow.rate.rating_job import RatingJob
from cloud_service.store.database.session import Session
from cloud_service.store.invoicing.rebilled_months import rebilled_months
from cloud_service.store.metering import supplied_use
from common.period import Span, add_months

CHART_MONTHS = 25  # thirteen, and each of them a year before
MonthsOfContract = dict[int, dict[date, int]]


def months_before(
    session: Session, jobs: Sequence[RatingJob], span: Span, units: Mapping[int, str]
) -> MonthsOfContract:
    """Contract -> month -> thousandths of the contract's unit; a month of which nothing is known is not there.

    What was billed anew since the bill before is as the new bill says it.
    """
    months: MonthsOfContract = {}
    unbilled: dict[str, list[int]] = {}  # by unit
    bills: dict[int, int] = {}
    for job in jobs:
        unit = units.get(job.contract.id)
        if job.earlier is not None and job.earlier.unit == unit:
            began = job.contract.start.replace(day=1)  # old bills had months of the tenant before
            months[job.contract.id] = {use.month: use.energy for use in job.earlier.usage if use.month >= began}
            if job.earlier.invoice_id is not None:
                bills[job.contract.id] = job.earlier.invoice_id
        elif unit is not None and job.contract.start < span.start:
            unbilled.setdefault(unit, []).append(job.contract.id)
    year = Span(add_months(span.start.replace(day=1), 1 - CHART_MONTHS), span.start)
    for rebilled in rebilled_months(session, bills, year):
        if rebilled.unit == units.get(rebilled.contract_id):
            months[rebilled.contract_id] |= {use.month: use.energy for use in rebilled.uses}
    for unit, contracts in unbilled.items():
        months |= _as_read(session, contracts, year, unit)
    return months


def _as_read(session: Session, contracts: Sequence[int], year: Span, unit: str) -> MonthsOfContract:
    """What the meters counted on the contracts' own days, each mount with its multiplier."""
    sums: dict[int, dict[date, Decimal]] = {}
    for use in supplied_use.monthly(session, supplied_use.of_contracts(session, contracts, year, unit)):
        of_contract = sums.setdefault(use.contract_id, {})
        of_contract[use.first] = of_contract.get(use.first, Decimal(0)) + use.total
    return {
        contract: {month: int(total.quantize(Decimal(1), ROUND_HALF_UP)) for month, total in by_month.items()}
        for contract, by_month in sums.items()
    }
