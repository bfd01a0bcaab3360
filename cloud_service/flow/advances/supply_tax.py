"""The tax that the supply of a contract has on a day, by the tariffs in force."""

from datetime import date, timedelta

from cloud_service.domain.invoicing.advances.vat import tax_of_supply
from cloud_service.domain.invoicing.pending_lines import WaitingTax
from cloud_service.store.database.session import Session
from cloud_service.store.invoicing.billable_contracts import assigned_tariffs
from cloud_service.store.tariffs.engine_cache import tariff_of
from common.errors import ConflictError
from common.period import Span


def supply_tax(session: Session, contract_id: int, day: date) -> WaitingTax | None:
    """The one tax of the day; refused where there is no tariff, or several taxes."""
    assigned = assigned_tariffs(session, [contract_id], Span(day, day + timedelta(days=1))).get(contract_id, [])
    if not assigned:
        raise ConflictError(
            f"no tariff prices this connection on {day}", path="tariff", code="no_tariff",
            hint="assign one: the tax of the supply is that of its tariff",
        )  # fmt: skip
    return tax_of_supply([tariff_of(session, tariff.versions) for tariff in assigned], day)
