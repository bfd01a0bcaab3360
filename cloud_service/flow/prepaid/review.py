"""One look at prepaid accounts after the other: what is left, who is told, cut or supplied again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from cloud_service.documents.translations import localizer_for
from cloud_service.domain.receivables.prepaid import (
    PrepaidDecision,
    PrepaidPosition,
    decide,
    prepaid_terms,
    why_wait,
)
from cloud_service.flow.prepaid.use import PrepaidUse, Rate, rate_all, still_unbilled, unbilled_days, use_of
from cloud_service.store.audit import log
from cloud_service.store.database import job_queue
from cloud_service.store.database.each_alone import each_alone
from cloud_service.store.database.errors import fault_of
from cloud_service.store.database.session import Session
from cloud_service.store.delivery import outgoing
from cloud_service.store.receivables import gateway_commands, prepaid
from cloud_service.store.receivables.prepaid import NewPrepaidState, PrepaidAccount
from common.period import local_day, zone

PAGE = 500
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class PrepaidChange:
    """What was found and done for one account."""

    account_id: int
    account: str
    balance: Decimal
    currency: str
    state: str
    warned: bool
    command: str
    waits: str


def review_page(
    session: Session, after: int, now: datetime, rate: Rate, *, author: str, limit: int = PAGE
) -> tuple[int, list[PrepaidChange]]:
    """Look at the next accounts after an id; (last id, what changed), 0 when there are no more. `rate` is handed in."""
    if after == 0:
        _restore_for_others(session, now, author)
    ids = prepaid.account_ids(session, now, after, limit)
    if not ids:
        return 0, []
    return ids[-1], review(session, ids, now, rate, author=author)


def review(session: Session, ids: Sequence[int], now: datetime, rate: Rate, *, author: str) -> list[PrepaidChange]:
    """Work out the balances of some accounts, warn, cut and restore; returns what changed.

    An account that cannot be looked at keeps its last balance and says why; it keeps no other back.
    """

    def put_aside(account_id: int, error: Exception) -> list[PrepaidChange]:
        prepaid.note_fault(session, account_id, fault_of(error))
        return []

    return each_alone(session, ids, lambda some: _review(session, some, now, rate, author=author), put_aside)


def _review(session: Session, ids: Sequence[int], now: datetime, rate: Rate, *, author: str) -> list[PrepaidChange]:
    unbilled = unbilled_days(prepaid.accounts(session, ids, now), now)
    costs = rate_all(session, rate, unbilled)  # the slow part, before anything is locked
    prepaid.lock(session, ids)
    accounts = prepaid.accounts(session, ids, now)
    booked = prepaid.booked(session, ids)
    states, changes, audit = [], [], []
    for account in accounts:
        if not still_unbilled(account, unbilled, now):
            continue  # billed meanwhile: the next look has the new days
        use = use_of(account, unbilled, costs, now)
        reviewed = _review_account(account, booked.get(account.account_id, ZERO), use, now)
        states.append(_state(reviewed))
        if reviewed.changed:
            changes.append(_act(session, reviewed, author))
            audit.append(_audit_change(reviewed, author))
        elif reviewed.decision.state == "disconnected" and not reviewed.no_cut:
            _queue_commands(session, reviewed, "disconnect", author, besides=True)  # where the account moved to
    prepaid.store_states(session, states)
    log.record(session, audit)
    return changes


@dataclass(frozen=True, slots=True)
class PrepaidReview:
    """One account as it was found now: booked and used amounts in its currency, and what follows."""

    account: PrepaidAccount
    booked: Decimal
    use: PrepaidUse
    decision: PrepaidDecision
    no_cut: str  # why nobody may be cut now, or nothing
    now: datetime

    @property
    def balance(self) -> Decimal:
        """What is left."""
        return self.booked - self.use.used

    @property
    def waits(self) -> str:
        """Why a cut has to wait, or what was used is not known."""
        return self.decision.waits or self.use.unknown

    @property
    def points(self) -> list[int]:
        """The service points at which the account is supplied today."""
        return [
            contract.service_point_id
            for contract in self.account.contracts
            if contract.runs_on(local_day(self.now, contract.timezone))
        ]

    @property
    def changed(self) -> bool:
        """Whether there is anything to say or do."""
        became_unknown = bool(self.use.unknown) and self.use.unknown != self.account.waited
        return self.decision.state != self.account.state or self.decision.command is not None or became_unknown


def _review_account(account: PrepaidAccount, booked: Decimal, use: PrepaidUse, now: datetime) -> PrepaidReview:
    position = PrepaidPosition(
        balance=booked - use.used, a_day=use.a_day, local=now.astimezone(zone(account.timezone)),
        holiday_calendar=account.holiday_calendar, protected=account.protected,
        state=account.state, before=account.before, unknown=use.unknown,  # type: ignore[arg-type] # checked by the table
    )  # fmt: skip
    terms = prepaid_terms(account.settings)
    return PrepaidReview(account, booked, use, decide(position, terms), why_wait(position, terms), now)


def _state(reviewed: PrepaidReview) -> NewPrepaidState:
    decision = reviewed.decision
    return NewPrepaidState(
        reviewed.account.account_id, decision.state, reviewed.booked, reviewed.use.used, reviewed.balance,
        decision.days_left, reviewed.use.first, reviewed.use.until, decision.emergency, reviewed.waits, reviewed.now,
    )  # fmt: skip


def _act(session: Session, reviewed: PrepaidReview, author: str) -> PrepaidChange:
    """Queue the warning and the command that the change asks for."""
    account, decision = reviewed.account, reviewed.decision
    if reviewed.points and (decision.warn is not None or decision.command is not None):
        _queue_warning(session, reviewed)
    if decision.command is not None:
        _queue_commands(session, reviewed, decision.command, author)
    return PrepaidChange(
        account.account_id, account.number, reviewed.balance, account.currency, decision.state,
        decision.warn is not None, decision.command or "", reviewed.waits,
    )  # fmt: skip


def _audit_change(reviewed: PrepaidReview, author: str) -> log.AuditChange:
    account, decision = reviewed.account, reviewed.decision
    return log.AuditChange(
        author, f"prepaid.{decision.command or decision.state}", f"account:{account.account_id}",
        {"state": account.state}, {"state": decision.state, "balance": format(reviewed.balance, "f")}, reviewed.waits,
    )  # fmt: skip


def _queue_commands(
    session: Session, reviewed: PrepaidReview, kind: str, author: str, *, besides: bool = False
) -> None:
    """An order for each meter; one of the other kind that nobody took yet is withdrawn first.

    `besides` leaves those out that are cut already.
    """
    account, points = reviewed.account, reviewed.points
    if besides:
        cut = gateway_commands.cut_points(session, points)
        points = [point for point in points if point not in cut]
    gateway_commands.cancel_waiting(session, points, reviewed.now)
    for point in points:
        gateway_commands.queue_command(
            session, account_id=account.account_id, point_id=point, kind=kind, author=author, at=reviewed.now,
            reason=f"prepaid balance {reviewed.balance} {account.currency}",
            content={"balance": format(reviewed.balance, "f")},
        )  # fmt: skip


def _restore_for_others(session: Session, now: datetime, author: str) -> None:
    """Who lives by now where somebody else was cut, or pays by bill by now, is supplied again."""
    prepaid.forget_former(session, now)
    for cut in gateway_commands.cut_for_others(session, now):
        reason = f"{cut.account} is not cut"
        gateway_commands.cancel_waiting(session, [cut.point_id], now)
        gateway_commands.queue_command(
            session, account_id=cut.account_id, point_id=cut.point_id, kind="reconnect", author=author, at=now,
            reason=reason, content={},
        )  # fmt: skip
        log.note(session, author, "prepaid.reconnect", f"account:{cut.account_id}", point=cut.point_id, reason=reason)


def _queue_warning(session: Session, reviewed: PrepaidReview) -> None:
    account, decision, balance = reviewed.account, reviewed.decision, reviewed.balance
    state = "reconnected" if decision.command == "reconnect" else decision.state
    localizer = localizer_for(account.locale)
    label = localizer.label
    fields = {"state": label(f"prepaid.{state}"), "amount": localizer.money(balance, account.currency)}
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
