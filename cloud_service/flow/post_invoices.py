"""Invoices on paper: printed as one file with a cover list, and marked as posted with the day and who did it."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from cloud_service.documents.paper import Party
from cloud_service.documents.printing.print_batch import BatchCover, BatchPart, BillToPrint, write_batch
from cloud_service.documents.theme import read_theme
from cloud_service.store.audit import log
from cloud_service.store.customers import legal_entities
from cloud_service.store.database.session import Session
from cloud_service.store.delivery import outgoing, post
from cloud_service.store.delivery.post import InvoiceToPost
from common.errors import InputError, NotFoundError


def print_file(
    session: Session, invoices: Sequence[InvoiceToPost], pdf_of: Callable[[int], bytes], out: Path, day: date
) -> int:
    """Write one PDF with all of them, company by company, in their order; how many pages they have.

    `pdf_of` gives the PDF of an invoice. Each company has a cover list in its look and language.
    """
    if not invoices:
        raise NotFoundError("no bill waits to be printed", hint="accounts whose bills go by post have some after a run")
    companies: dict[int, list[InvoiceToPost]] = {}
    for invoice in invoices:
        companies.setdefault(invoice.entity_id, []).append(invoice)
    return write_batch((_part(session, company, pdf_of, day) for company in companies.values()), out)


def _part(session: Session, invoices: Sequence[InvoiceToPost], pdf_of: Callable[[int], bytes], day: date) -> BatchPart:
    entity_id = invoices[0].entity_id
    seller = legal_entities.entity_fields(session, entity_id)
    lines = tuple(line.strip() for line in seller.address.splitlines() if line.strip())
    cover = BatchCover(Party(seller.name, lines, seller.country), day, seller.locale)
    bills = (_bill(invoice, pdf_of) for invoice in invoices)
    return BatchPart(cover, read_theme(outgoing.theme(session, entity_id)), bills)


def _bill(invoice: InvoiceToPost, pdf_of: Callable[[int], bytes]) -> BillToPrint:
    return BillToPrint(invoice.number, invoice.name, invoice.address, lambda: pdf_of(invoice.invoice_id))


def mark_posted(session: Session, invoices: Sequence[InvoiceToPost], day: date, *, author: str, today: date) -> int:
    """Keep that they were handed in on that day, and who says so; how many."""
    if day > today:
        raise InputError(f"{day} lies in the future", path="day", hint="the day on which they were handed in")
    early = [invoice.number for invoice in invoices if day < invoice.bill_date]
    if early:
        raise InputError(f"bill {early[0]} is dated later than {day}", path="day")
    post.mark_posted(session, [invoice.invoice_id for invoice in invoices], day, author)
    changes = [
        log.AuditChange(author, "invoice.post", f"invoice:{invoice.invoice_id}", {}, {"posted_on": day.isoformat()}, "")
        for invoice in invoices
    ]
    log.record(session, changes)
    return len(invoices)
