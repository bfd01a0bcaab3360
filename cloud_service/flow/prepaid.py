"""Prepaid accounts: the balance now, warnings once per crossing, and cutting and restoring supply.

Balance = credit in the ledger − open invoices − consumption rated since the last invoice. Nothing is kept up to date by
adding: it is worked out from the books and the readings each time, so no order of events can make it wrong.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from cloud_service.documents.translations import localizer_for
from cloud_service.domain.receivables.prepaid import PrepaidDecision, PrepaidPosition, decide, prepaid_terms
from cloud_service.store.audit import log
from cloud_service.store.database import job_queue
from cloud_service.store.database.session import Session
from cloud_service.store.delivery import outgoing
from cloud_service.store.receivables import gateway_commands, prepaid
from cloud_service.store.receivables.prepaid import NewPrepaidState, PrepaidAccount
from common.period import Span, local_day, zone

Rate = Callable[[Session, Mapping[int, Span]], dict[int, tuple[Decimal, str]]]
PAGE = 500
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class PrepaidChange:
    """What was found and done for one account."""

    account_id: int
    account: str
    balance: Decimal
    state: str
    warned: bool
    command: str
    waits: str


def review_page(
    session: Session, after: int, now: datetime, rate: Rate, *, author: str, limit: int = PAGE
) -> tuple[int, list[PrepaidChange]]:
    """Look at the next accounts after an id; (last id, what changed), 0 when there are no more. `rate` is handed in."""
    ids = prepaid.account_ids(session, now.date(), after, limit)
    if not ids:
        return 0, []
    return ids[-1], review(session, ids, now, rate, author=author)


def review(session: Session, ids: Sequence[int], now: datetime, rate: Rate, *, author: str) -> list[PrepaidChange]:
    """Work out the balances of some accounts, warn, cut and restore; returns what changed."""
    spans = _unbilled(prepaid.accounts(session, ids, now.date()), now)
    rated = rate(session, spans)  # the slow part, before anything is locked
    prepaid.lock(session, ids)
    accounts = prepaid.accounts(session, ids, now.date())
    booked = prepaid.booked(session, ids)
    states, changes, audit = [], [], []
    for account in accounts:
        if not _still_unbilled(account, spans, now):
            continue  # billed meanwhile: the next look has the new days
        used = sum((rated.get(contract.id, (ZERO, ""))[0] for contract in account.contracts), ZERO)
        reviewed = _review_account(account, booked.get(account.account_id, ZERO), used, now)
        states.append(_state(reviewed))
        if reviewed.changed:
            changes.append(_act(session, reviewed, author))
            audit.append(_audit_change(reviewed, author))
    prepaid.store_states(session, states)
    log.record(session, audit)
    return changes


def _unbilled(accounts: Sequence[PrepaidAccount], now: datetime) -> dict[int, Span]:
    """Contract -> the days since its last invoice, today included."""
    spans = {}
    for account in accounts:
        tomorrow = local_day(now, account.timezone) + timedelta(days=1)
        for contract in account.contracts:
            if contract.since < tomorrow:
                spans[contract.id] = Span(contract.since, tomorrow)
    return spans


def _still_unbilled(account: PrepaidAccount, spans: Mapping[int, Span], now: datetime) -> bool:
    return all(spans.get(id_) == span for id_, span in _unbilled([account], now).items())


def _rated_days(account: PrepaidAccount, now: datetime) -> tuple[date, date]:
    """From the first day that a contract's last invoice left to tomorrow, which is not rated."""
    tomorrow = local_day(now, account.timezone) + timedelta(days=1)
    return min((contract.since for contract in account.contracts), default=tomorrow), tomorrow


@dataclass(frozen=True, slots=True)
class PrepaidReview:
    """One account as it was found now: booked and used amounts in its currency, days rated, and what follows."""

    account: PrepaidAccount
    booked: Decimal
    used: Decimal
    decision: PrepaidDecision
    first: date
    until: date  # exclusive
    now: datetime

    @property
    def balance(self) -> Decimal:
        """What is left."""
        return self.booked - self.used

    @property
    def changed(self) -> bool:
        """Whether there is anything to say or do."""
        return self.decision.state != self.account.state or self.decision.command is not None


def _review_account(account: PrepaidAccount, booked: Decimal, used: Decimal, now: datetime) -> PrepaidReview:
    first, until = _rated_days(account, now)
    a_day = used / max((until - first).days, 1) if used > 0 else account.a_day
    position = PrepaidPosition(
        balance=booked - used, a_day=a_day, local=now.astimezone(zone(account.timezone)),
        holiday_calendar=account.holiday_calendar, protected=account.protected,
        state=account.state, before=account.before,  # type: ignore[arg-type] # checked by the table
    )  # fmt: skip
    decision = decide(position, prepaid_terms(account.settings))
    return PrepaidReview(account, booked, used, decision, first, until, now)


def _state(reviewed: PrepaidReview) -> NewPrepaidState:
    decision = reviewed.decision
    return NewPrepaidState(
        reviewed.account.account_id, decision.state, reviewed.booked, reviewed.used, reviewed.balance,
        decision.days_left, reviewed.first, reviewed.until, decision.emergency, decision.waits, reviewed.now,
    )  # fmt: skip


def _act(session: Session, reviewed: PrepaidReview, author: str) -> PrepaidChange:
    """Queue the warning and the command that the change asks for."""
    account, decision = reviewed.account, reviewed.decision
    if decision.warn is not None or decision.command is not None:
        _queue_warning(session, reviewed)
    if decision.command is not None:
        _queue_commands(session, reviewed, decision.command, author)
    return PrepaidChange(
        account.account_id, account.number, reviewed.balance, decision.state, decision.warn is not None,
        decision.command or "", decision.waits,
    )  # fmt: skip


def _audit_change(reviewed: PrepaidReview, author: str) -> log.AuditChange:
    account, decision = reviewed.account, reviewed.decision
    return log.AuditChange(
        author, f"prepaid.{decision.command or decision.state}", f"account:{account.account_id}",
        {"state": account.state}, {"state": decision.state, "balance": format(reviewed.balance, "f")}, decision.waits,
    )  # fmt: skip


def _queue_commands(session: Session, reviewed: PrepaidReview, kind: str, author: str) -> None:
    """An order for each meter; one of the other kind that nobody took yet is withdrawn first."""
    account = reviewed.account
    points = [contract.service_point_id for contract in account.contracts]
    gateway_commands.cancel_waiting(session, points, reviewed.now)
    for point in points:
        gateway_commands.queue_command(
            session, account_id=account.account_id, point_id=point, kind=kind, author=author, at=reviewed.now,
            reason=f"prepaid balance {reviewed.balance} {account.currency}",
            content={"balance": format(reviewed.balance, "f")},
        )  # fmt: skip


def _queue_warning(session: Session, reviewed: PrepaidReview) -> None:
    account, decision, balance = reviewed.account, reviewed.decision, reviewed.balance
    state = "reconnected" if decision.command == "reconnect" else decision.state
    label = localizer_for(account.locale).label
    fields = {"state": label(f"prepaid.{state}"), "amount": f"{balance:,.2f} {account.currency}"}
    lasting = decision.days_left is not None and balance > 0
    content = {
        "locale": account.locale, "recipient_name": account.client, "sender_name": account.seller,
        "subject": label("prepaid.subject", **fields),
        "text": label(
            "prepaid.text_days" if lasting else "prepaid.text",
            account=account.number, days=str(decision.days_left), **fields,
        ),
    }  # fmt: skip
    message_id = f"<prepaid-{account.account_id}-{state}-{int(reviewed.now.timestamp())}@prepaid.energy-billing>"
    ids = outgoing.queue_message(
        session, account_id=account.account_id, kind="low_balance", recipient=account.email, message_id=message_id,
        content=content,
    )  # fmt: skip
    job_queue.defer_all(session, "deliver", [{"deliveries": ids}] if ids else [], queue="deliver")
