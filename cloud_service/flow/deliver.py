"""Issued invoices become documents, made once, and letters, sent once.

`document` gives the stored file of an invoice and makes it on first need. `deliver` handles each waiting message in a
transaction of its own: taken under its row lock, handed to the mailer, marked. A crash between the relay's "OK" and our
commit sends it again under the same Message-ID, by which mail systems see that it is the same.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from msgspec import UNSET

from cloud_service.documents import invoice_pdf, receipt_pdf, reminder_pdf
from cloud_service.documents.covering_letter import (
    CoveringLetter,
    invoice_letter,
    receipt_cover,
    reminder_cover,
    reminder_letter,
    statement_letter,
    text_letter,
)
from cloud_service.documents.einvoice import hybrid_pdf
from cloud_service.documents.einvoice.checked import checked_einvoice
from cloud_service.documents.einvoice.kinds import CII, KINDS, EinvoiceKind
from cloud_service.documents.einvoice.rules.added_rules import rule_sets
from cloud_service.documents.einvoice.rules.rule_set import RuleSet
from cloud_service.documents.einvoice.wish import beside, is_inside
from cloud_service.documents.from_invoice import paper_of
from cloud_service.documents.paper import InvoicePaper
from cloud_service.documents.theme import Theme, read_theme
from cloud_service.domain.invoicing.issued_invoice import IssuedInvoice
from cloud_service.domain.invoicing.reminder_letter import ReminderLetter
from cloud_service.domain.pricing.record_json import from_json
from cloud_service.mail import Attachment, BouncedError, Letter, Mailer, SilentRelayError, UncertainError
from cloud_service.store.database import job_queue
from cloud_service.store.database.errors import fault_of, is_away
from cloud_service.store.database.session import Session
from cloud_service.store.delivery import einvoice_rules, outgoing
from cloud_service.store.delivery.outgoing import NewDocument, StoredDocument, WaitingMessage
from cloud_service.store.invoicing.issued_invoice import issued_invoice
from cloud_service.store.invoicing.numbers.receipt_numbers import number_receipts
from cloud_service.store.lookups.payment_receipt import receipt_of
from common.errors import EnergyError, NotFoundError

Clock = Callable[[], datetime]
Begin = Callable[[], AbstractContextManager[Session]]
EINVOICES = tuple(KINDS)
PDF, PDF_TYPE = "invoice_pdf", "application/pdf"
COVERING_LETTERS = {"reminder": reminder_letter, "statement": statement_letter}
RETRIES_MAX = 12
UNCERTAIN_MAX = 2  # the whole letter was handed over each time
FAULTS_MAX = 5
log = logging.getLogger("energy.deliver")
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
ATTACHMENT_MAX = 10_000_000  # above this the letter carries the link only


@dataclass(frozen=True, slots=True)
class DeliveryOutcome:
    """What became of a message: sent, waiting (tried again later), bounced, failed, or gone (nothing to do)."""

    delivery_id: int
    state: str
    error: str = ""


def deliver(
    begin: Begin, ids: Iterable[int], mailer: Mailer, clock: Clock, *, public_url: str
) -> list[DeliveryOutcome]:
    """Send messages, each in a transaction of its own (`begin`), so that a bad one keeps no other back.

    `public_url` is where bills can be paid; empty: they carry no payment link. Where the relay is silent the rest does
    not wait for it as long again, one after the other: all of them are tried later.
    """
    outcomes: list[DeliveryOutcome] = []
    silent: SilentRelayError | None = None
    delivery_ids = list(ids)
    with begin() as session:  # in a short transaction of its own: a series of numbers waits for no relay
        number_receipts(session, deliveries=delivery_ids)
    for delivery_id in delivery_ids:
        outcome, silent = _send_alone(begin, delivery_id, mailer, clock, public_url=public_url, silent=silent)
        outcomes.append(outcome)
    return outcomes


def _send_alone(
    begin: Begin, delivery_id: int, mailer: Mailer, clock: Clock, *, public_url: str, silent: SilentRelayError | None
) -> tuple[DeliveryOutcome, SilentRelayError | None]:
    """What became of a message, and the error of a relay that is silent. Whatever is raised counts as a try."""
    try:
        with begin() as session:
            message = outgoing.take_message(session, delivery_id)
            if message is None:
                return DeliveryOutcome(delivery_id, "gone"), silent
            if silent is not None:
                return _not_sent(session, message, silent, clock()), silent
            return _send(session, message, mailer, clock, public_url)
    except Exception as error:
        if is_away(error) and not isinstance(error, EnergyError):
            raise
        log.exception("letter %d was put aside", delivery_id)
        fault = error
    with begin() as session:
        message = outgoing.take_message(session, delivery_id)
        outcome = _not_sent(session, message, fault, clock()) if message else DeliveryOutcome(delivery_id, "gone")
        return outcome, None


def _send(
    session: Session, message: WaitingMessage, mailer: Mailer, clock: Clock, public_url: str
) -> tuple[DeliveryOutcome, SilentRelayError | None]:
    """Send one message in the transaction that took it; what was made for it stays, whatever the relay answers."""
    letter = _letter(session, message, public_url, clock())
    try:
        mailer.send(letter)
    except EnergyError as error:
        return _not_sent(session, message, error, clock()), error if isinstance(error, SilentRelayError) else None
    outgoing.mark_sent(session, message.id, clock())
    return DeliveryOutcome(message.id, "sent"), None


def _not_sent(session: Session, message: WaitingMessage, error: Exception, now: datetime) -> DeliveryOutcome:
    """Given up, or queued again with growing pauses."""
    if isinstance(error, BouncedError):
        return _give_up(session, message, "bounced", str(error))
    if message.attempts + 1 >= _tries_max(error):
        return _give_up(session, message, "failed", fault_of(error))
    return _try_later(session, message, fault_of(error), now)


def _tries_max(error: Exception) -> int:
    """How often a message is tried at most: faults of ours seldom mend themselves; what may have arrived is no spam."""
    if isinstance(error, UncertainError):
        return UNCERTAIN_MAX
    if isinstance(error, EnergyError):
        return RETRIES_MAX if error.retry else 1
    return FAULTS_MAX


def _give_up(session: Session, message: WaitingMessage, state: str, error: str) -> DeliveryOutcome:
    outgoing.mark_not_sent(session, message.id, state, error)
    return DeliveryOutcome(message.id, state, error)


def _try_later(session: Session, message: WaitingMessage, error: str, now: datetime) -> DeliveryOutcome:
    outgoing.mark_not_sent(session, message.id, "waiting", error)
    job_queue.defer(session, "deliver", {"deliveries": [message.id]}, queue="deliver", at=now + pause(message.attempts))
    return DeliveryOutcome(message.id, "waiting", error)


def pause(attempts: int) -> timedelta:
    """How long to wait after the given number of earlier attempts: 1, 2, 4 … minutes, at most six hours."""
    return min(FIRST_WAIT * (1 << attempts), LONGEST_WAIT)


def document(session: Session, invoice_id: int, *, public_url: str) -> StoredDocument:
    """The PDF of an invoice as it was first made; made now if nobody has needed it yet."""
    invoice = issued_invoice(session, invoice_id)
    return _pdf(session, invoice, _paper(invoice, public_url))


def einvoice(session: Session, invoice_id: int, kind: str = CII.name) -> StoredDocument:
    """The e-invoice of an invoice as XML, made once like the PDF if the rules of its kind take it."""
    if kind not in KINDS:
        raise NotFoundError("there is no such document", hint=f"e-invoices are {', '.join(EINVOICES)}")
    invoice = issued_invoice(session, invoice_id)

    def make() -> NewDocument:
        paper = _paper(invoice, "")
        checked = checked_einvoice(paper, KINDS[kind], _added_rules(session))
        return NewDocument(
            f"{paper.number}.xml", "application/xml", checked.xml, [asdict(each) for each in checked.checks]
        )

    return outgoing.document_once(session, invoice_id, kind, make)


def _added_rules(session: Session) -> list[RuleSet]:
    return rule_sets(einvoice_rules.in_use(session), partial(einvoice_rules.stylesheet, session))


def document_by_public_id(session: Session, public_id: UUID, *, public_url: str) -> StoredDocument:
    """The same, by the id that stands in addresses."""
    invoice_id = outgoing.invoice_id(session, public_id)
    if invoice_id is None:
        raise NotFoundError("there is no such invoice")
    return document(session, invoice_id, public_url=public_url)


def _paper(invoice: IssuedInvoice, public_url: str) -> InvoicePaper:
    if invoice.basis.taken_over is not UNSET:
        raise NotFoundError(f"{invoice.number} was issued by the books before ours: its document is there")
    return paper_of(invoice, f"{public_url}/pay/{invoice.public_id}" if public_url else "")


def _theme(session: Session, invoice: IssuedInvoice) -> Theme:
    return read_theme(outgoing.theme(session, invoice.legal_entity_id))


def _pdf(session: Session, invoice: IssuedInvoice, paper: InvoicePaper) -> StoredDocument:
    def make() -> NewDocument:
        theme = _theme(session, invoice)
        if not is_inside(invoice.buyer, theme):
            return NewDocument(f"{paper.number}.pdf", PDF_TYPE, invoice_pdf.render(paper, theme))
        checked = checked_einvoice(paper, CII, _added_rules(session))
        try:
            body = hybrid_pdf.render(paper, theme, checked.xml)
        except hybrid_pdf.NotArchivableError:  # then the e-invoice goes beside it, see `_einvoice_beside`
            return NewDocument(f"{paper.number}.pdf", PDF_TYPE, invoice_pdf.render(paper, theme))
        return NewDocument(f"{paper.number}.pdf", PDF_TYPE, body, [asdict(each) for each in checked.checks])

    return outgoing.document_once(session, invoice.id, PDF, make)


def _letter(session: Session, message: WaitingMessage, public_url: str, now: datetime) -> Letter:
    """The letter of a message: an invoice or reminder with its PDF, or the words that its facts hold."""
    if message.kind in ("invoice", "credit_note") and message.invoice_id is not None:
        invoice = issued_invoice(session, message.invoice_id)
        paper = _paper(invoice, public_url)
        files = _bill_files(session, invoice, paper)
        return _addressed(message, invoice_letter(paper, _theme(session, invoice)), paper, files)
    if message.kind == "reminder" and "letter" in message.facts:
        return _reminder(session, message, public_url)
    if message.kind == "receipt":
        return _receipt(session, message, now)
    cover = COVERING_LETTERS.get(message.kind, text_letter)(message.facts)
    document_id = message.facts.get("document")
    files = [_attached(outgoing.stored_document(session, int(document_id)))] if document_id is not None else []
    return _addressed(message, cover, None, files)


def reminder_file(content: Mapping[str, Any], public_url: str) -> bytes:
    """The PDF of a reminder from what was frozen when it was written: the same whenever it is made."""
    reminder = from_json(ReminderLetter, content["letter"])
    return reminder_pdf.render(reminder, read_theme(content["theme"]), public_url)


def _reminder(session: Session, message: WaitingMessage, public_url: str) -> Letter:
    """The mail of a reminder with its PDF, and the bill of the fee that it names."""
    reminder, theme = from_json(ReminderLetter, message.facts["letter"]), read_theme(message.facts["theme"])
    files = [Attachment(f"{reminder.account}-{reminder.day}.pdf", PDF_TYPE, reminder_file(message.facts, public_url))]
    fee_id = outgoing.invoice_id(session, UUID(reminder.fee.public_id)) if reminder.fee else None
    if fee_id is not None:
        fee = issued_invoice(session, fee_id)
        files += _bill_files(session, fee, _paper(fee, public_url))
    return _addressed(message, reminder_cover(reminder, theme, public_url), None, files)


def _receipt(session: Session, message: WaitingMessage, now: datetime) -> Letter:
    """The mail of a receipt with its PDF, which says how things stand when it goes out."""
    receipt, account = receipt_of(session, int(message.facts["payment"]), now)
    theme = read_theme(outgoing.theme(session, account.entity_id))
    files = [Attachment(f"{receipt.number}.pdf", PDF_TYPE, receipt_pdf.render(receipt, theme))]
    return _addressed(message, receipt_cover(receipt, theme), None, files)


def _bill_files(session: Session, invoice: IssuedInvoice, paper: InvoicePaper) -> list[Attachment]:
    """The PDF, and the e-invoice that goes beside it."""
    pdf = _pdf(session, invoice, paper)
    kind = _einvoice_beside(invoice, pdf, _theme(session, invoice))
    return [_attached(each) for each in (pdf, *([einvoice(session, invoice.id, kind.name)] if kind else []))]


def _attached(file: StoredDocument) -> Attachment:
    return Attachment(file.filename, file.media_type, file.body)


def _einvoice_beside(invoice: IssuedInvoice, pdf: StoredDocument, theme: Theme) -> EinvoiceKind | None:
    """The e-invoice that goes beside the PDF: what the client wants, or what the PDF should carry and cannot."""
    if is_inside(invoice.buyer, theme):
        return None if hybrid_pdf.carries(pdf.body) else CII
    return beside(invoice.buyer)


def _addressed(
    message: WaitingMessage, cover: CoveringLetter, paper: InvoicePaper | None, files: list[Attachment]
) -> Letter:
    small = sum(len(file.body) for file in files) <= ATTACHMENT_MAX
    return Letter(
        message_id=message.message_id.strip("<>"),
        recipient=message.recipient,
        recipient_name=paper.buyer.name if paper else str(message.facts.get("recipient_name", "")),
        subject=cover.subject,
        text=cover.text,
        html=cover.html,
        reply_to=paper.seller.email if paper else str(message.facts.get("reply_to", "")),
        sender_name=paper.seller.name if paper else str(message.facts.get("sender_name", "")),
        language=cover.language,
        attachments=tuple(files) if small else (),
    )
