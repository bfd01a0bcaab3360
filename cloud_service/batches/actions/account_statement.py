"""Statements of some days by mail to the clients."""

from cloud_service.batches.action import BatchAction, BatchOrder, RowChange
from cloud_service.flow import account_statement
from cloud_service.store.database.session import Session


def send(session: Session, account_id: int, order: BatchOrder) -> RowChange:
    """To the client's present address; the PDF that is sent is kept."""
    recipient = account_statement.send(
        session, account_id, order.date("from"), order.date("until"), author=order.author
    )  # fmt: skip
    return RowChange("", recipient)


ACTION = BatchAction("account_statement", send)
