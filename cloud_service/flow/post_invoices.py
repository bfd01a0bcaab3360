"""Invoices and reminders on paper: one file with a cover list, then marked as posted with the day and who did it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import UUID

from cloud_service.documents.paper import Party
from cloud_service.documents.printing.joined import joined
from cloud_service.documents.printing.print_batch import BatchCover, BatchPart, BillToPrint, write_batch
from cloud_service.documents.theme import read_theme
from cloud_service.domain.customers.postal_address import lines_of
from cloud_service.store.audit import log
from cloud_service.store.customers import legal_entities
from cloud_service.store.database.session import Session
from cloud_service.store.delivery import outgoing, post, postal_letters
from cloud_service.store.delivery.post import InvoiceToPost
from cloud_service.store.delivery.postal_letters import LetterToPost
from common.errors import InputError, NotFoundError


@dataclass(frozen=True, slots=True)
class PostBag:
    """What is printed together: bills, reminders, and how the PDF of each is made."""

    invoices: Sequence[InvoiceToPost]
    pdf_of: Callable[[int], bytes]  # of an invoice by its id
    letters: Sequence[LetterToPost]
    letter_pdf: Callable[[Mapping[str, Any]], bytes]  # of a reminder by its content


def print_file(session: Session, bag: PostBag, out: Path, day: date) -> int:
    """Write one PDF with all of them, company by company, bills before reminders; how many pages they have.

    Each company has a cover list in its look and language.
    """
    invoices, letters = ([item.entity_id for item in bag.invoices], [item.entity_id for item in bag.letters])
    companies = dict.fromkeys([*invoices, *letters])
    if not companies:
        raise NotFoundError("nothing waits to be printed", hint="accounts whose bills go by post have some after a run")
    return write_batch((_part(session, bag, entity_id, day) for entity_id in companies), out)


def _part(session: Session, bag: PostBag, entity_id: int, day: date) -> BatchPart:
    seller = legal_entities.entity_fields(session, entity_id)
    cover = BatchCover(Party(seller.name, lines_of(seller.address), seller.country), day, seller.locale)
    bills = (_bill(invoice, bag.pdf_of) for invoice in bag.invoices if invoice.entity_id == entity_id)
    letters = (_letter(session, letter, bag) for letter in bag.letters if letter.entity_id == entity_id)
    return BatchPart(cover, read_theme(outgoing.theme(session, entity_id)), chain(bills, letters))


def _letter(session: Session, letter: LetterToPost, bag: PostBag) -> BillToPrint:
    """The reminder, and behind it the bill of the fee that it names."""

    def pdf() -> bytes:
        fee = letter.content["letter"].get("fee")
        fee_id = outgoing.invoice_id(session, UUID(fee["public_id"])) if fee else None
        return joined(bag.letter_pdf(letter.content), [] if fee_id is None else [bag.pdf_of(fee_id)])

    return BillToPrint(f"{letter.step} {letter.account}", letter.name, letter.address, pdf)


def _bill(invoice: InvoiceToPost, pdf_of: Callable[[int], bytes]) -> BillToPrint:
    return BillToPrint(invoice.number, invoice.name, invoice.address, lambda: pdf_of(invoice.invoice_id))


def mark_posted(session: Session, invoices: Sequence[InvoiceToPost], day: date, *, author: str, today: date) -> int:
    """Keep that they were handed in on that day, and who says so; how many."""
    _refuse_future(day, today)
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


def mark_letters_posted(
    session: Session, letters: Sequence[LetterToPost], day: date, *, author: str, today: date
) -> int:
    """Keep that reminders were handed in on that day, and who says so; how many."""
    _refuse_future(day, today)
    early = [letter.account for letter in letters if day < letter.day]
    if early:
        raise InputError(f"the reminder to account {early[0]} is dated later than {day}", path="day")
    postal_letters.mark_posted(session, [letter.id for letter in letters], day, author)
    for letter in letters:
        log.note(session, author, "reminder.post", f"account:{letter.account}", posted_on=day.isoformat())
    return len(letters)


def _refuse_future(day: date, today: date) -> None:
    if day > today:
        raise InputError(f"{day} lies in the future", path="day", hint="the day on which they were handed in")
