"""Another tariff for connections from a day on; days that are billed keep theirs."""

from cloud_service.batches.action import BatchAction, BatchOrder, RowChange
from cloud_service.flow.customers import contract as flow
from cloud_service.store.database.session import Session
from cloud_service.store.lookups.batch_rows import contract_on
from cloud_service.store.lookups.ids_by_name import tariff_id
from cloud_service.store.scope import Scope
from common.errors import ConflictError


def change(session: Session, contract_id: int, order: BatchOrder) -> RowChange:
    """The tariff is the one of that code in the connection's company."""
    code, day = order.needed("tariff"), order.date("day")
    contract = contract_on(session, contract_id, day)
    next_tariff = tariff_id(session, code, Scope(entities=frozenset({contract.entity_id})))
    if contract.tariff == code and not contract.later_tariff:
        raise ConflictError(f"it has {code} on {day} already")
    if contract.end is not None and contract.end <= day:
        raise ConflictError(f"it ends on {contract.end}", path="day", hint="choose an earlier day, or leave it out")
    flow.change_tariff(session, contract_id, next_tariff, day, author=order.author, reason=order.reason or "asked for")
    return RowChange(contract.tariff, f"{code} · {day}")


ACTION = BatchAction("contract_tariff", change)
