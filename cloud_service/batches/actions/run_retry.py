"""Parked connections of billing runs rated once more."""

from cloud_service.batches.action import BatchAction, BatchOrder, RowChange
from cloud_service.flow import billing_run
from cloud_service.store.database.session import Session
from common.errors import ConflictError


def retry(session: Session, run_id: int, order: BatchOrder) -> RowChange:
    """After what was wrong has been mended."""
    count = billing_run.retry_parked(session, run_id, order.author)
    if not count:
        raise ConflictError("nothing of it is parked")
    billing_run.start(session, run_id, "rate", shards=1, author=order.author)
    return RowChange(str(count), "0")


ACTION = BatchAction("run_retry", retry)
