"""Many bills as one ZIP: their PDFs or their e-invoices, made on first need and sent while the next is made."""

from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

from flask import Blueprint, Response, current_app, request

from cloud_service.batches.zip_stream import zip_pieces
from cloud_service.flow import deliver
from cloud_service.store.batches import batches
from cloud_service.store.batches.batches import StoredItem
from cloud_service.store.delivery.outgoing import StoredDocument
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import today
from cloud_service.web.database import session, streamed
from cloud_service.web.language.sentences import gettext as _
from common.errors import EnergyError, NotFoundError

blueprint = Blueprint("bill_files", __name__)


@blueprint.get("/bills/pdfs.zip")
@access(May.READ)
def pdfs() -> Response:
    """The PDFs of the chosen bills."""
    settings = current_app.extensions["settings"]
    return _zip("bills", lambda invoice_id: deliver.document(session(), invoice_id, public_url=settings.pay_at))


@blueprint.get("/bills/einvoices.zip")
@access(May.READ)
def einvoices() -> Response:
    """Their e-invoices (EN 16931, CII)."""
    return _zip("e-invoices", lambda invoice_id: deliver.einvoice(session(), invoice_id))


def chosen_bills() -> Sequence[StoredItem]:
    """The bills that the person of this request has chosen on the list."""
    try:
        batch = batches.stored(session(), UUID(request.args.get("batch", "")), scope())
    except ValueError:
        raise NotFoundError(_("there is no such page")) from None
    if batch.page != "bills" or batch.author != actor():
        raise NotFoundError(_("there is no such page"))
    return list(batches.items(session(), batch.id))


def _zip(name: str, make: Callable[[int], StoredDocument]) -> Response:
    files = _files(chosen_bills(), make)
    answer = Response(streamed(zip_pieces(files, today())), mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}-{today()}.zip"'
    return answer


def _files(bills: Sequence[StoredItem], make: Callable[[int], StoredDocument]) -> Iterator[tuple[str, bytes]]:
    """Each document kept as soon as it is made; what could not be made is named in a text at the end."""
    missing = []
    for bill in bills:
        try:
            document = make(bill.row_id)
            session().commit()
        except EnergyError as error:
            session().rollback()
            missing.append(f"{bill.label}: {error.message} {error.hint}".strip())
        else:
            yield document.filename, document.body
    if missing:
        yield "not-included.txt", "\r\n".join(missing).encode()
