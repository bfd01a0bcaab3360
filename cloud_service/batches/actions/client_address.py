"""Addresses of clients that were read from a text are right as they were understood."""

from dataclasses import asdict

from cloud_service.batches.action import BatchAction, BatchOrder, RowChange
from cloud_service.domain.customers.postal_address import CHECKED, PARTS, READ, lines_of
from cloud_service.flow.customers.client import ClientDetails, edit_client
from cloud_service.store.customers.clients import client_fields
from cloud_service.store.database.session import Session
from common.errors import ConflictError


def confirm(session: Session, client_id: int, order: BatchOrder) -> RowChange:
    """The fields that were read, beside the text; refused where they do not fit their country."""
    before = client_fields(session, client_id)
    if not before.address or before.address_state != READ:
        raise ConflictError("there is no address that nobody checked")
    details = ClientDetails(**asdict(before) | {"address_state": CHECKED})
    edit_client(session, client_id, details, author=order.author, reason=order.reason)
    after = client_fields(session, client_id)
    fields = [line for field in PARTS for line in lines_of(getattr(after, field))]
    return RowChange(" · ".join(lines_of(before.address)), " | ".join([*fields, after.country]))


ACTION = BatchAction("client_address", confirm)
