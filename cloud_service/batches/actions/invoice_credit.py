"""Bills taken back by credit notes: a second person has to agree."""

from cloud_service.batches.action import BatchAction, BatchOrder, RowChange
from cloud_service.flow import correct_invoice
from cloud_service.store.database.session import Session


def credit(session: Session, invoice_id: int, order: BatchOrder) -> RowChange:
    """One credit note a bill, over all of it; its days can be billed again."""
    issued = correct_invoice.credit(
        session, invoice_id, reason=order.reason, day=order.day, author=order.author, clock=lambda: order.now
    )  # fmt: skip
    return RowChange("", f"{issued.number} · {issued.draft.account.currency} {issued.draft.total:f}")


ACTION = BatchAction("invoice_credit", credit, approval=True)
