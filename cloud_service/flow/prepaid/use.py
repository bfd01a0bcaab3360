"""What prepaid accounts used since their last invoices: the days that no live invoice bills, priced so far."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from cloud_service.store.database.session import Session
from cloud_service.store.receivables.prepaid import PrepaidAccount
from common.period import Span, local_day

Rate = Callable[[Session, Mapping[int, Span]], dict[int, tuple[Decimal, str]]]
ZERO = Decimal(0)


def unbilled_days(accounts: Sequence[PrepaidAccount], now: datetime) -> dict[int, list[Span]]:
    """Contract -> the days that no live invoice bills, up to today where its meter hangs."""
    return {
        contract.id: contract.unbilled_until(local_day(now, contract.timezone) + timedelta(days=1))
        for account in accounts
        for contract in account.contracts
    }


def still_unbilled(account: PrepaidAccount, unbilled: Mapping[int, list[Span]], now: datetime) -> bool:
    """Whether no bill came between."""
    return all(unbilled.get(id_) == spans for id_, spans in unbilled_days([account], now).items())


def rate_all(
    session: Session, rate: Rate, unbilled: Mapping[int, Sequence[Span]]
) -> dict[tuple[int, Span], tuple[Decimal, str]]:
    """(contract, days) -> what they cost so far, or why it cannot be said; mostly a contract has one such span."""
    costs: dict[tuple[int, Span], tuple[Decimal, str]] = {}
    for n in range(max((len(spans) for spans in unbilled.values()), default=0)):
        turn = {id_: spans[n] for id_, spans in unbilled.items() if n < len(spans)}
        rated = rate(session, turn)
        costs |= {(id_, span): rated.get(id_, (ZERO, "it was not rated")) for id_, span in turn.items()}
    return costs


@dataclass(frozen=True, slots=True)
class PrepaidUse:
    """What an account's unbilled days cost so far, in its currency; by the last look where it cannot be said now."""

    used: Decimal
    a_day: Decimal
    first: date
    until: date  # exclusive
    unknown: str = ""  # why it cannot be said


def use_of(
    account: PrepaidAccount,
    unbilled: Mapping[int, Sequence[Span]],
    costs: Mapping[tuple[int, Span], tuple[Decimal, str]],
    now: datetime,
) -> PrepaidUse:
    """The sum over an account's contracts; what a day costs is of those that run."""
    today = local_day(now, account.timezone)
    until = today + timedelta(days=1)
    first = min((span.start for contract in account.contracts for span in unbilled[contract.id]), default=until)
    used = a_day = ZERO
    for contract in account.contracts:
        spans = unbilled[contract.id]
        for span in spans:
            cost, reason = costs[contract.id, span]
            if reason:
                return _last_use(account, first, until, f"what {contract.number} used is not known: {reason}")
            used += cost
            if contract.runs_on(today) and span == spans[-1]:
                a_day += cost / span.days
    supplied = any(contract.runs_on(today) for contract in account.contracts)
    return PrepaidUse(used, a_day if a_day > 0 or not supplied else account.a_day, first, until)


def _last_use(account: PrepaidAccount, first: date, until: date, reason: str) -> PrepaidUse:
    """What the last look found, if it was of the same days; else what such days cost then."""
    if account.rated_from == first and account.rated_until is not None:
        return PrepaidUse(account.rated, account.a_day, first, account.rated_until, reason)
    return PrepaidUse(account.a_day * (until - first).days, account.a_day, first, until, reason)
