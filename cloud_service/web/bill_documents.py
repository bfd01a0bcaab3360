"""A document of a bill, or the receipt of a payment, as the answer to a request."""

from uuid import UUID

from flask import Response, current_app, request

from cloud_service.flow import deliver
from cloud_service.flow import receipt as receipt_step
from cloud_service.store.delivery.outgoing import NewDocument, StoredDocument
from cloud_service.store.delivery.tables import Document
from cloud_service.store.lookups.invoice_page import document, invoice_page
from cloud_service.store.lookups.receivables import payment
from cloud_service.web.access import scope
from cloud_service.web.clock import now, today
from cloud_service.web.database import session


def document_response(public_id: UUID, kind: str) -> Response:
    """The stored bytes, exactly as they were sent; what nobody has needed yet is made now, once."""
    page = invoice_page(session(), scope(), public_id, today())
    return _answer(_stored(page.invoice.id, kind))


def receipt_response(public_id: UUID) -> Response:
    """The receipt as things stand now; its number is kept first, so that nobody waits for the page."""
    payment_id = payment(session(), scope(), public_id).payment.id
    receipt_step.number(session(), payment_id)
    session().commit()
    return _answer(receipt_step.receipt(session(), payment_id, now()))


def _answer(stored: StoredDocument | NewDocument | Document) -> Response:
    answer = Response(stored.body, mimetype=stored.media_type)
    way = "attachment" if request.args.get("save") else "inline"
    name = stored.filename.replace('"', "").replace("/", "-").encode("ascii", "replace").decode()
    answer.headers["Content-Disposition"] = f'{way}; filename="{name}"'
    return answer


def _stored(invoice_id: int, kind: str) -> StoredDocument | Document:
    """A PDF or an e-invoice, made if need be; what else there is only as it was kept."""
    if kind == deliver.PDF:
        document_file = deliver.document(session(), invoice_id, public_url=current_app.extensions["settings"].pay_at)
    elif kind in deliver.EINVOICES:
        document_file = deliver.einvoice(session(), invoice_id, kind)
    else:
        return document(session(), invoice_id, kind)
    session().commit()
    return document_file
