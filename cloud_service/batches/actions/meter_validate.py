"""Days of meters made again from their readings, for example after a rule was changed."""

from cloud_service.batches.action import BatchAction, BatchOrder, RowChange
from cloud_service.flow.metering.validate_again import validate_again
from cloud_service.store.database.session import Session


def validate(session: Session, meter_id: int, order: BatchOrder) -> RowChange:
    """The worker takes the days up within a minute."""
    first, last = order.date("from"), order.date("until")
    count = validate_again(session, meter_id, first, last, author=order.author, reason=order.reason)
    return RowChange("", f"{first} – {last} × {count}")


ACTION = BatchAction("meter_validate", validate)
