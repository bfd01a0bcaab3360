"""Rated contracts become invoices: numbered without gaps, booked, settled from credit, audited, queued for delivery.

All of it in the caller's one transaction: either everything of an invoice is there, or nothing and no number is gone.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from cloud_service.domain.invoicing.invoice import BillingAccount, draft
from cloud_service.domain.invoicing.pending_lines import take_up
from cloud_service.store.customers.billing_parties import parties
from cloud_service.store.database.errors import REFUSALS, reason_of
from cloud_service.store.database.session import Session, plan_anew
from cloud_service.store.invoicing import billing_runs, corrections, currency_rates, pending_lines
from cloud_service.store.invoicing.billing_runs import Item, Run
from cloud_service.store.invoicing.corrections import Read
from cloud_service.store.invoicing.invoice_rows import Issued
from cloud_service.store.invoicing.issue_drafts import issue_drafts
from cloud_service.store.receivables.ledger import lock_accounts
from common.errors import ConflictError
from common.period import Span

Facts = dict[str, Any]
RATE_DAYS_MAX = 10  # central banks publish on business days; no run of holidays that closes them is longer


def issue(
    session: Session, rated: Sequence[Facts], *, bill_date: date, author: str, deliver: bool = True
) -> list[Issued]:
    """One invoice per account and billed days for rated contracts (plain values of `flow.rate`).

    A contract whose days are billed already is refused by the database. With `deliver` the messages are queued.
    """
    accounts = sorted({item["contract"]["account_id"] for item in rated})
    lock_accounts(session, accounts)
    known = parties(session, accounts, bill_date)
    in_local = _local_rates(session, known.values(), bill_date)
    waiting = pending_lines.waiting(session, [item["contract"]["id"] for item in rated], bill_date)
    drafts = [
        draft(party, [take_up(item, waiting.get(item["contract"]["id"], ())) for item in items], bill_date,
              local_rate=in_local[party.local_currency, party.currency])
        for party, items in _grouped(rated, known)
    ]  # fmt: skip
    return issue_drafts(session, drafts, author=author, deliver=deliver)


def issue_shard(session: Session, run_id: int, *, author: str, limit: int = 500, deliver: bool = True) -> int:
    """Issue up to `limit` accounts' rated items of a run; what the database refuses is parked alone."""
    plan_anew(session)
    run = billing_runs.run_of(session, run_id)
    claimed = billing_runs.claim_accounts(session, run_id, limit)
    changed = corrections.changed_reads(session, [read for item in claimed for read in _reads(item)])
    stale = {read.owner_id for read in changed}
    billing_runs.park(session, sorted(stale), "readings changed after the rating: rate it again")
    fresh = [item for item in claimed if item.id not in stale]
    _issue_or_park(session, fresh, run, author=author, deliver=deliver)
    return len(claimed)


def _reads(item: Item) -> list[Read]:
    """What an item was rated from."""
    span = Span(item.start, item.end)
    return [
        Read(item.id, source["register_id"], span, item.rated["rated_at"], source["sha256"])
        for source in item.rated["sources"]
        if "sha256" in source
    ]


def _issue_or_park(session: Session, items: Sequence[Item], run: Run, *, author: str, deliver: bool) -> None:
    """All in one go; if anything is refused, account by account."""
    if not items:
        return
    rated = [item.rated | {"item_id": item.id} for item in items]
    try:
        with session.begin_nested():
            issue(session, rated, bill_date=run.bill_date, author=author, deliver=deliver)
    except REFUSALS as error:
        accounts: dict[int, list[Item]] = {}
        for item in items:
            accounts.setdefault(item.rated["contract"]["account_id"], []).append(item)
        if len(accounts) == 1:
            billing_runs.park(session, [item.id for item in items], reason_of(error))
            return
        for members in accounts.values():
            _issue_or_park(session, members, run, author=author, deliver=deliver)


def _grouped(rated: Sequence[Facts], known: dict[int, BillingAccount]) -> list[tuple[BillingAccount, list[Facts]]]:
    """Contracts of one account and the same days share an invoice, unless the account wants one each."""
    groups: dict[tuple[object, ...], list[Facts]] = {}
    for item in rated:
        contract = item["contract"]
        party = known[contract["account_id"]]
        alone = contract["id"] if party.per_contract else 0
        groups.setdefault((party.account_id, item["start"], item["end"], item["currency"], alone), []).append(item)
    return [(known[items[0]["contract"]["account_id"]], items) for items in groups.values()]


def _local_rates(session: Session, known: Any, day: date) -> dict[tuple[str, str], Decimal]:
    pairs = {(party.local_currency, party.currency) for party in known}
    return {(base, currency): _local_rate(session, base, currency, day) for base, currency in pairs}


def _local_rate(session: Session, base: str, currency: str, day: date) -> Decimal:
    """The newest rate not after the day; a bill is never valued with one that the market has left behind."""
    if base == currency:
        return Decimal(1)
    found = currency_rates.newest(session, base, currency, day)
    hint = f"import newer ones: `energy-cloud ledger rates FILE --base {base}`, or Settings, Currency rates"
    if found is None:
        raise ConflictError(f"there is no rate of {currency} in {base} up to {day}", hint=hint)
    if (day - found.day).days > RATE_DAYS_MAX:
        raise ConflictError(
            f"the newest rate of {currency} in {base} is of {found.day}, more than {RATE_DAYS_MAX} days before {day}",
            hint=hint,
        )
    return found.rate
