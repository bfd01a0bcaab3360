"""Rated contracts become invoices: numbered without gaps, booked, settled from credit, audited, queued for delivery.

All of it in the caller's one transaction: either everything of an invoice is there, or nothing and no number is gone.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from cloud_service.domain.invoice import Draft, Party, draft
from cloud_service.domain.ledger import Entry, credit_note_lines, invoice_lines
from cloud_service.domain.pending import take_up
from cloud_service.store import auditing, corrections, invoices, jobs, pending, runs, settling
from cloud_service.store.books import book, lock_accounts
from cloud_service.store.corrections import Read
from cloud_service.store.invoices import Issued
from cloud_service.store.numbers import take
from cloud_service.store.payers import parties
from cloud_service.store.refusals import REFUSALS, reason_of
from cloud_service.store.runs import Item, Run
from cloud_service.store.session import Session
from common.errors import ConflictError
from common.period import Span

Facts = dict[str, Any]
DELIVERIES_A_JOB = 20


def issue(
    session: Session, rated: Sequence[Facts], *, bill_date: date, author: str, deliver: bool = True
) -> list[Issued]:
    """One invoice per account and billed days for rated contracts (plain values of `flow.rate`).

    A contract whose days are billed already is refused by the database. With `deliver` the messages are queued.
    """
    accounts = sorted({item["contract"]["account_id"] for item in rated})
    lock_accounts(session, accounts)
    known = parties(session, accounts, bill_date)
    rates = _local_rates(session, known.values(), bill_date)
    waiting = pending.waiting(session, [item["contract"]["id"] for item in rated], bill_date)
    drafts = [
        draft(party, [take_up(item, waiting.get(item["contract"]["id"], ())) for item in items], bill_date,
              local_rate=rates[party.local_currency, party.currency])
        for party, items in _grouped(rated, known)
    ]  # fmt: skip
    return write(session, drafts, author=author, deliver=deliver)


def write(session: Session, drafts: Sequence[Draft], *, author: str, deliver: bool = True) -> list[Issued]:
    """Number, write, book, settle, queue and audit drafts. The accounts must be locked."""
    if not drafts:
        return []
    issued: list[Issued] = []
    for (entity_id, kind, bill_date), group in _series(drafts).items():
        numbers = take(session, entity_id, kind, bill_date, len(group))
        issued += invoices.write(session, group, numbers, author)
    book(session, [_entry(one, author) for one in issued])
    paying = settling.with_credit(session, [one.account_id for one in issued])
    if paying:
        settling.settle(session, paying, max(one.draft.bill_date for one in issued), author)
    if deliver:
        _queue(session, issued)
    auditing.record(session, [_change(one, author) for one in issued])
    return issued


def issue_shard(session: Session, run_id: int, *, author: str, limit: int = 500, deliver: bool = True) -> int:
    """Issue up to `limit` accounts' rated items of a run; what the database refuses is parked alone."""
    run = runs.run_of(session, run_id)
    claimed = runs.claim_accounts(session, run_id, limit)
    changed = corrections.changed_reads(session, [read for item in claimed for read in _reads(item)])
    stale = {read.owner_id for read in changed}
    runs.park(session, sorted(stale), "readings changed after the rating: rate it again")
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
            runs.park(session, [item.id for item in items], reason_of(error))
            return
        for members in accounts.values():
            _issue_or_park(session, members, run, author=author, deliver=deliver)


def _grouped(rated: Sequence[Facts], known: dict[int, Party]) -> list[tuple[Party, list[Facts]]]:
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
    found = {pair: invoices.rate_on(session, *pair, day) for pair in pairs}
    for (base, currency), rate in found.items():
        if rate is None:
            raise ConflictError(
                f"there is no rate of {currency} in {base} on {day}", hint="import a rates file: `account rates FILE`"
            )
    return {pair: rate for pair, rate in found.items() if rate is not None}


def _series(drafts: Sequence[Draft]) -> dict[tuple[int, str, date], list[Draft]]:
    groups: dict[tuple[int, str, date], list[Draft]] = {}
    for one in drafts:
        groups.setdefault((one.party.entity_id, one.kind, one.bill_date), []).append(one)
    return groups


def _entry(issued: Issued, author: str) -> Entry:
    """A positive total is owed to us; a negative one (credit note, more fed in than used) is the client's credit."""
    one = issued.draft
    owed = one.total > 0
    return Entry(
        entity_id=one.party.entity_id,
        kind=one.kind,
        business_key=f"{one.kind}:{issued.id}",
        day=one.bill_date,
        currency=one.party.currency,
        lines=invoice_lines(issued.account_id, issued.id, one.net, one.tax)
        if owed
        else credit_note_lines(issued.account_id, one.net, one.tax),
        text=issued.number,
        author=author,
        facts={"invoice": issued.id},
    )


def _queue(session: Session, issued: Sequence[Issued]) -> None:
    for kind in {one.draft.kind for one in issued}:
        ids = invoices.queue_deliveries(session, [one for one in issued if one.draft.kind == kind], kind)
        chunks = [ids[at : at + DELIVERIES_A_JOB] for at in range(0, len(ids), DELIVERIES_A_JOB)]
        jobs.defer_all(session, "deliver", [{"deliveries": chunk} for chunk in chunks], queue="deliver")


def _change(issued: Issued, author: str) -> auditing.Change:
    one = issued.draft
    after = {"number": issued.number, "total": format(one.total, "f"), "currency": one.party.currency}
    return auditing.Change(author, f"{one.kind}.issue", f"invoice:{issued.id}", {}, after, one.reason)
