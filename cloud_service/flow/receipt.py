"""The receipt of a payment: as PDF whenever somebody asks, mailed once."""

from datetime import datetime

from cloud_service.documents import receipt_pdf
from cloud_service.documents.theme import read_theme
from cloud_service.domain.invoicing.payment_receipt import NO_INCOME
from cloud_service.mail.letter import address
from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.delivery import outgoing, payment_receipts
from cloud_service.store.delivery.outgoing import NewDocument
from cloud_service.store.invoicing.numbers.receipt_numbers import number_receipts
from cloud_service.store.lookups.payment_receipt import ReceivedMoney, receipt_of, received
from common.errors import ConflictError, InputError, NotFoundError


def number(session: Session, payment_id: int) -> None:
    """Give the receipt its number, once; NotFoundError where a payment has no receipt. To be committed at once."""
    _refuse_other_money(received(session, payment_id))
    number_receipts(session, payments=[payment_id])


def receipt(session: Session, payment_id: int, now: datetime) -> NewDocument:
    """The PDF of a numbered receipt, as things stand now."""
    paper, account = receipt_of(session, payment_id, now)
    theme = read_theme(outgoing.theme(session, account.entity_id))
    return NewDocument(f"{paper.number}.pdf", "application/pdf", receipt_pdf.render(paper, theme))


def mail(session: Session, payment_id: int, *, author: str) -> str:
    """Queue the letter with the receipt and return its recipient; a second one for a payment is refused."""
    _refuse_other_money(received(session, payment_id))
    letter = payment_receipts.letter_of(session, payment_id)
    if not letter.recipient:
        raise InputError(
            f"{letter.client} has no e-mail address", path="email", hint="write it into the client's record"
        )
    address(letter.recipient)
    if before := payment_receipts.mailed_to(session, payment_id):
        raise ConflictError(f"the receipt was mailed to {before} already", hint="a receipt goes out once")
    payment_receipts.queue(session, letter)
    log.note(session, author, "receipt.mail", f"payment:{payment_id}", to=letter.recipient)
    return letter.recipient


def _refuse_other_money(payment: ReceivedMoney) -> None:
    if payment.amount <= 0:
        raise NotFoundError("money that went back has no receipt", hint="the receipt of its payment says so")
    if payment.provider in NO_INCOME:
        raise NotFoundError("this money did not come in now: its receipt was given before")
