"""Connections end on a day; the next billing run makes their final bills."""

from cloud_service.batches.action import BatchAction, BatchOrder, RowChange
from cloud_service.flow.customers import contract as flow
from cloud_service.store.customers.contract_changes import stored_contract
from cloud_service.store.database.session import Session
from common.errors import ConflictError


def close(session: Session, contract_id: int, order: BatchOrder) -> RowChange:
    """The tenant is supplied up to the day before; the owner's account goes on where the service point names one."""
    day, contract = order.date("day"), stored_contract(session, contract_id)
    if contract.end is not None:
        raise ConflictError(f"it ends on {contract.end} already")
    flow.move_out(session, contract_id, day, author=order.author, reason=order.reason or "moved out")
    return RowChange("", str(day))


ACTION = BatchAction("contract_close", close)
