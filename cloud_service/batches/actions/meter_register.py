"""A register of meters that bills count, or do not."""

from cloud_service.batches.action import BatchAction, BatchOrder, RowChange
from cloud_service.flow.metering.sites_and_meters import bill_register
from cloud_service.store.database.session import Session
from common.errors import ConflictError


def change(session: Session, meter_id: int, order: BatchOrder) -> RowChange:
    """From now on; issued bills stay."""
    name, billed = order.needed("register"), order.needed("billed") == "yes"
    if not bill_register(session, meter_id, name, billed=billed, author=order.author, reason=order.reason).is_changed:
        raise ConflictError(f"{name} is {'billed' if billed else 'not billed'} already")
    return RowChange(_word(billed=not billed), _word(billed=billed))


def _word(*, billed: bool) -> str:
    return "billed" if billed else "not billed"


ACTION = BatchAction("meter_register", change)
