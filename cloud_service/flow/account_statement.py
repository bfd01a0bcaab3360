"""A client's statement of account as a letter: the ledger's movements of some days, printed, and sent by mail."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import uuid4

from cloud_service.documents import statement_pdf
from cloud_service.documents.from_invoice import bank_of, parties_of, reader_of
from cloud_service.documents.statement_pdf import Booking, StatementPaper
from cloud_service.documents.theme import read_theme
from cloud_service.domain.invoicing.billing_account import BillingAccount
from cloud_service.domain.receivables.statement_days import EVERY, NONE, period_due, period_start
from cloud_service.mail.letter import address
from cloud_service.store.audit import log
from cloud_service.store.customers import billing_parties
from cloud_service.store.database import job_queue
from cloud_service.store.database.each_alone import each_alone
from cloud_service.store.database.errors import fault_of
from cloud_service.store.database.session import Session
from cloud_service.store.delivery import outgoing, timed_statements
from cloud_service.store.delivery.timed_statements import DueStatement
from cloud_service.store.receivables import statements_and_ageing
from common.errors import InputError

EMAIL = re.compile(r"[^\s@]+@[^\s@]+")


def statement(session: Session, account_id: int, first_day: date, last_day: date) -> bytes:
    """The PDF of the movements from `first_day` to `last_day`, both included; NotFoundError for an unknown account."""
    account = billing_parties.parties(session, [account_id], last_day)[account_id]
    paper = _paper(session, account, first_day, last_day)
    return statement_pdf.render(paper, read_theme(outgoing.theme(session, account.entity_id)))


def send(session: Session, account_id: int, first_day: date, last_day: date, *, author: str) -> str:
    """Queue the statement as a mail with its PDF to the client's address, which is returned.

    The PDF is made and kept now: what is sent is what was true when it was asked for.
    """
    account = billing_parties.parties(session, [account_id], last_day)[account_id]
    if not account.email:
        name = account.buyer.name
        raise InputError(f"{name} has no e-mail address", path="email", hint="write it into the client's record")
    address(account.email)
    paper = _paper(session, account, first_day, last_day)
    theme = outgoing.theme(session, account.entity_id)
    filename = f"statement-{paper.account}-{first_day}-{last_day}.pdf"
    body = statement_pdf.render(paper, read_theme(theme))
    document_id = outgoing.keep_document(session, "statement_pdf", filename, "application/pdf", body)
    domain = (account.seller.email or "").rpartition("@")[2] or "localhost"
    ids = outgoing.queue_message(
        session, account_id=account_id, kind="statement", recipient=account.email,
        message_id=f"<statement-{account_id}-{last_day}-{uuid4().hex}@{domain}>",
        content=_facts(paper, account) | {"theme": theme, "document": document_id},
    )  # fmt: skip
    job_queue.defer_all(session, "deliver", [{"deliveries": ids}], queue="deliver")
    log.note(
        session, author, "account.send_statement", f"account:{account_id}", to=account.email,
        first_day=first_day.isoformat(), last_day=last_day.isoformat(), document=document_id,
    )  # fmt: skip
    return account.email


def set_every(session: Session, account_id: int, every: str, today: date, *, author: str, reason: str = "") -> bool:
    """Send a statement each month, each quarter or not at all, from the present one on; whether that was a change."""
    if every not in EVERY:
        raise InputError(f"{every!r} is no span of a statement", path="every", hint=", ".join(EVERY))
    before = timed_statements.every(session, account_id)
    if before == every:
        return False
    until = None if every == NONE else period_start(every, today) - timedelta(days=1)
    timed_statements.set_every(session, account_id, every, until)
    change = log.AuditChange(
        author, "account.statements", f"account:{account_id}", {"every": before}, {"every": every}, reason
    )
    return bool(log.note_change(session, change))


@dataclass(frozen=True, slots=True)
class SentAccounts:
    """Some accounts that were looked at: the id of the last (0: there are no more), how many were sent one, why not."""

    last: int = 0
    sent: int = 0
    faults: Sequence[str] = ()


def send_due(
    session: Session, entity_id: int, today: date, *, author: str, after: int = 0, limit: int = 20
) -> SentAccounts:
    """Statements of periods that are over, of some accounts after an id: each comes once, none keeps another back."""
    due = timed_statements.due_accounts(session, entity_id, today, limit, after)
    faults: list[str] = []

    def put_aside(account: DueStatement, error: Exception) -> list[int]:
        faults.append(f"{account.number}: {fault_of(error)}")
        return []

    sent = each_alone(session, due, lambda some: [_send_due(session, each, today) for each in some], put_aside)
    if sent:
        log.note(session, author, "statements.send", f"legal_entity:{entity_id}", accounts=len(sent))
    return SentAccounts(due[-1].account_id if due else 0, len(sent), faults)


def _send_due(session: Session, account: DueStatement, today: date) -> int:
    period = period_due(account.every, account.until, today)
    if period is not None:
        _send_on_its_day(session, account.account_id, *period)
    return account.account_id


def _send_on_its_day(session: Session, account_id: int, first_day: date, last_day: date) -> None:
    """Kept and mailed; for a client by post or without address kept to be printed."""
    account = billing_parties.parties(session, [account_id], last_day)[account_id]
    paper = _paper(session, account, first_day, last_day)
    theme = outgoing.theme(session, account.entity_id)
    body = statement_pdf.render(paper, read_theme(theme))
    filename = f"statement-{paper.account}-{first_day}-{last_day}.pdf"
    document_id = outgoing.keep_document(session, "statement_pdf", filename, "application/pdf", body)
    domain = (account.seller.email or "").rpartition("@")[2] or "localhost"
    by_mail = account.delivery == "email" and EMAIL.fullmatch(account.email or "")
    ids = outgoing.queue_message(
        session, account_id=account_id, kind="statement", recipient=account.email if by_mail else "",
        message_id=f"<statement-{account_id}-{last_day}@{domain}>",
        content=_facts(paper, account) | {"theme": theme, "document": document_id},
    )  # fmt: skip
    job_queue.defer_all(session, "deliver", [{"deliveries": ids}] if ids else [], queue="deliver")
    timed_statements.keep(
        session, account_id, first_day, last_day, document_id=document_id, delivery_id=ids[0] if ids else None
    )


def _paper(session: Session, account: BillingAccount, first_day: date, last_day: date) -> StatementPaper:
    if last_day < first_day:
        raise InputError(f"{last_day} is before {first_day}", path="until", hint="both days are included")
    statement = statements_and_ageing.statement(session, account.account_id, first_day, last_day)
    seller, buyer = parties_of(account.seller, account.buyer)
    return StatementPaper(
        account=account.buyer.account or "",
        currency=statement.currency,
        locale=reader_of(account.buyer, account.seller),
        first_day=first_day,
        last_day=last_day,
        seller=seller,
        buyer=buyer,
        opening=statement.opening,
        bookings=[Booking(row.day, row.kind, row.text, row.amount, row.balance) for row in statement.movements],
        closing=statement.closing,
        bank=bank_of(account.seller, statement.currency),
    )


def _facts(paper: StatementPaper, account: BillingAccount) -> dict[str, object]:
    """What the mail around it says."""
    seller = paper.seller
    return {
        "locale": paper.locale, "currency": paper.currency, "closing": format(paper.closing, "f"),
        "account": paper.account, "first_day": paper.first_day.isoformat(), "last_day": paper.last_day.isoformat(),
        "sender_name": seller.name, "recipient_name": account.buyer.name, "reply_to": seller.email,
        "footer": [line for line in (seller.name, *seller.address, seller.email, seller.phone) if line],
    }  # fmt: skip
