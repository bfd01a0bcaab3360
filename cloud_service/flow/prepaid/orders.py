"""Orders to connect and disconnect are carried out by a person, who says what became of them."""

from datetime import datetime

from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.receivables import gateway_commands
from cloud_service.store.scope import Scope
from common.errors import NotFoundError


def finish_order(
    session: Session, scope: Scope, order_id: int, *, failed: bool, now: datetime, author: str, reason: str = ""
) -> str:
    """The order was carried out, or could not be; its kind. One that failed or is done is not changed any more."""
    state = "failed" if failed else "done"
    finished = gateway_commands.finish(session, scope, order_id, state, now)
    if finished is None:
        raise NotFoundError(f"no order {order_id} waits", hint="`energy-cloud prepaid commands` lists them")
    log.note(
        session, author, f"prepaid.order_{state}", f"account:{finished.account_id}", reason=reason, order=order_id,
        kind=finished.kind,
    )  # fmt: skip
    return finished.kind
