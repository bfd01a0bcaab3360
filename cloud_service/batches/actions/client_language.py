"""The language of bills and letters of clients."""

from dataclasses import asdict

from cloud_service.batches.action import BatchAction, BatchOrder, RowChange
from cloud_service.flow.customers.client import ClientDetails, edit_client
from cloud_service.store.customers.clients import client_fields
from cloud_service.store.database.session import Session
from common.errors import ConflictError


def change(session: Session, client_id: int, order: BatchOrder) -> RowChange:
    """From the next bill on; bills that are issued stay as they are."""
    before, locale = client_fields(session, client_id), order.needed("locale")
    if before.locale == locale:
        raise ConflictError(f"it is {locale} already")
    details = ClientDetails(**asdict(before) | {"locale": locale})
    edit_client(session, client_id, details, author=order.author, reason=order.reason)
    return RowChange(before.locale, locale)


ACTION = BatchAction("client_language", change)
