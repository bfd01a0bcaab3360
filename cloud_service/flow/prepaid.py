"""Prepaid accounts: the balance now, warnings once per crossing, and cutting and restoring supply.

Balance = credit in the ledger − open invoices − consumption rated since the last invoice. Nothing is kept up to date by
adding: it is worked out from the books and the readings each time, so no order of events can make it wrong.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from cloud_service.domain.receivables.prepaid import PrepaidDecision, PrepaidPosition, decide, prepaid_terms
from cloud_service.store.audit import log
from cloud_service.store.database import job_queue
from cloud_service.store.database.session import Session
from cloud_service.store.delivery import outgoing
from cloud_service.store.receivables import prepaid
from cloud_service.store.receivables.prepaid import PrepaidAccount
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
    states, changed, audit = [], [], []
    for account in accounts:
        if not _still(account, spans, now):
            continue  # billed meanwhile: the next look has the new days
        used = sum((rated.get(one["id"], (ZERO, ""))[0] for one in account.contracts), ZERO)
        look = _look(account, booked.get(account.account_id, ZERO), used, now)
        states.append(_row(look))
        decided, notes = _act(session, look, author)
        audit += notes
        if decided is not None:
            changed.append(decided)
    prepaid.store_states(session, states)
    log.record(session, audit)
    return changed


def _unbilled(accounts: Sequence[PrepaidAccount], now: datetime) -> dict[int, Span]:
    """Contract -> the days since its last invoice, today included."""
    found = {}
    for account in accounts:
        tomorrow = local_day(now, account.timezone) + timedelta(days=1)
        for one in account.contracts:
            since = date.fromisoformat(one["since"])
            if since < tomorrow:
                found[one["id"]] = Span(since, tomorrow)
    return found


def _still(account: PrepaidAccount, spans: Mapping[int, Span], now: datetime) -> bool:
    return all(spans.get(id_) == span for id_, span in _unbilled([account], now).items())


def _stretch(account: PrepaidAccount, now: datetime) -> tuple[date, date]:
    tomorrow = local_day(now, account.timezone) + timedelta(days=1)
    days = [date.fromisoformat(one["since"]) for one in account.contracts]
    return min(days, default=tomorrow), tomorrow


@dataclass(frozen=True, slots=True)
class PrepaidReview:
    """One account as it was found now."""

    account: PrepaidAccount
    booked: Decimal
    used: Decimal
    verdict: PrepaidDecision
    first: date
    until: date
    now: datetime

    @property
    def balance(self) -> Decimal:
        """What is left."""
        return self.booked - self.used


def _look(account: PrepaidAccount, booked: Decimal, used: Decimal, now: datetime) -> PrepaidReview:
    first, until = _stretch(account, now)
    a_day = used / max((until - first).days, 1) if used > 0 else account.a_day
    seen = PrepaidPosition(
        balance=booked - used, a_day=a_day, local=now.astimezone(zone(account.timezone)),
        holiday_calendar=account.holiday_calendar, protected=account.protected,
        state=account.state, before=account.before,  # type: ignore[arg-type] # checked by the table
    )  # fmt: skip
    return PrepaidReview(account, booked, used, decide(seen, prepaid_terms(account.settings)), first, until, now)


def _row(look: PrepaidReview) -> dict[str, Any]:
    verdict = look.verdict
    return {
        "account": look.account.account_id, "state": verdict.state, "booked": look.booked, "rated": look.used,
        "balance": look.balance, "days_left": verdict.days_left, "rated_from": look.first, "rated_until": look.until,
        "emergency": verdict.emergency, "waits": verdict.waits, "at": look.now,
    }  # fmt: skip


def _act(session: Session, look: PrepaidReview, author: str) -> tuple[PrepaidChange | None, list[log.AuditChange]]:
    """Queue the warning and the command; the change and its audit rows, if anything changed."""
    account, verdict = look.account, look.verdict
    if verdict.state == account.state and verdict.command is None:
        return None, []
    if verdict.warn is not None or verdict.command is not None:
        _tell(session, look)
    if verdict.command is not None:
        _command(session, look, verdict.command, author)
    change = log.AuditChange(
        author, f"prepaid.{verdict.command or verdict.state}", f"account:{account.account_id}",
        {"state": account.state}, {"state": verdict.state, "balance": format(look.balance, "f")}, verdict.waits,
    )  # fmt: skip
    told = verdict.warn is not None
    decided = PrepaidChange(
        account.account_id, account.number, look.balance, verdict.state, told, verdict.command or "", verdict.waits
    )
    return decided, [change]


def _command(session: Session, look: PrepaidReview, kind: str, author: str) -> None:
    """An order for each meter; one of the other kind that nobody took yet is withdrawn first."""
    account = look.account
    points = [one["service_point"] for one in account.contracts]
    prepaid.cancel_waiting(session, points, look.now)
    for point in points:
        prepaid.queue_command(
            session, account_id=account.account_id, point_id=point, kind=kind, author=author, at=look.now,
            reason=f"prepaid balance {look.balance} {account.currency}",
            facts={"balance": format(look.balance, "f")},
        )  # fmt: skip


def _tell(session: Session, look: PrepaidReview) -> None:
    account, verdict, balance = look.account, look.verdict, look.balance
    state = "reconnected" if verdict.command == "reconnect" else verdict.state
    days = f", about {verdict.days_left} days" if verdict.days_left is not None and balance > 0 else ""
    facts = {
        "locale": account.locale, "recipient_name": account.client, "sender_name": account.seller,
        "subject": f"{SUBJECTS[state]}: {balance:,.2f} {account.currency}",
        "text": f"{SUBJECTS[state]}. Account {account.number} has {balance:,.2f} {account.currency}{days}.",
    }  # fmt: skip
    name = f"<prepaid-{account.account_id}-{state}-{int(look.now.timestamp())}@prepaid.energy-billing>"
    ids = outgoing.queue_message(
        session, account_id=account.account_id, kind="low_balance", recipient=account.email, message_id=name,
        facts=facts,
    )  # fmt: skip
    job_queue.defer_all(session, "deliver", [{"deliveries": ids}] if ids else [], queue="deliver")


SUBJECTS = {
    "low": "Your energy credit is getting low",
    "critical": "Your energy credit is nearly used up",
    "emergency": "You are using emergency credit",
    "empty": "Your energy credit is used up",
    "disconnected": "Your supply is being disconnected",
    "reconnected": "Your supply is being restored",
    "ok": "Your energy credit is in order",
}
