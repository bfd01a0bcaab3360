"""Bills sent again by mail to the clients' present addresses."""

from cloud_service.batches.action import BatchAction, BatchOrder, RowChange
from cloud_service.flow import send_invoice_again
from cloud_service.store.database.session import Session


def send(session: Session, invoice_id: int, order: BatchOrder) -> RowChange:
    """As the button on the page of one bill."""
    return RowChange("", send_invoice_again.send(session, invoice_id, author=order.author))


ACTION = BatchAction("invoice_send", send)
