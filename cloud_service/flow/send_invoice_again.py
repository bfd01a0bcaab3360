"""An invoice is mailed once more, to the address that its client has now."""

from cloud_service.mail.letter import address
from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.delivery import sending_again
from common.errors import ConflictError, InputError


def send(session: Session, invoice_id: int, *, author: str) -> str:
    """Queue the message and return its recipient; where the client has no address, that is said."""
    invoice = sending_again.recipient_of(session, invoice_id)
    if invoice.taken_over_on:
        raise ConflictError(f"{invoice.number} was issued by the books before ours", hint="it was sent there")
    if not invoice.email:
        raise InputError(
            f"{invoice.client} has no e-mail address", path="email", hint="write it into the client's record"
        )
    address(invoice.email)
    sending_again.queue(session, invoice)
    log.note(session, author, "invoice.send_again", f"invoice:{invoice_id}", to=invoice.email)
    return invoice.email
