"""Rated contracts become invoices: numbered without gaps, booked, settled from credit, audited, queued for delivery.

All of it in the caller's one transaction: either everything of an invoice is there, or nothing and no number is gone.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial

from msgspec import UNSET

from cloud_service.documents.einvoice.before_issue import EinvoiceCheck
from cloud_service.domain.invoicing.billing_account import BillingAccount, check_seller_address
from cloud_service.domain.invoicing.invoice import ContractToBill, Draft, draft, replacement
from cloud_service.domain.invoicing.lines_alone import LineOfContract, draft_of_lines
from cloud_service.domain.invoicing.pending_lines import take_up
from cloud_service.domain.invoicing.unbilled_days import HISTORY_CHANGED, TERMS_CHANGED
from cloud_service.domain.rating.rated_contract import RatedContract
from cloud_service.store.customers.billing_parties import parties
from cloud_service.store.database.each_alone import each_alone
from cloud_service.store.database.errors import fault_of
from cloud_service.store.database.session import Session, plan_anew
from cloud_service.store.delivery import einvoice_rules, outgoing
from cloud_service.store.invoicing import (
    billable_contracts,
    billing_chain,
    billing_run_items,
    billing_runs,
    corrections,
    currency_rates,
    pending_lines,
    rated_terms,
)
from cloud_service.store.invoicing.billing_run_items import RunItem
from cloud_service.store.invoicing.billing_runs import StoredRun
from cloud_service.store.invoicing.corrections import RegisterRead
from cloud_service.store.invoicing.invoice_rows import WrittenInvoice
from cloud_service.store.invoicing.issue_drafts import issue_drafts
from cloud_service.store.invoicing.pending_lines import LineInWait
from cloud_service.store.invoicing.rated_terms import DueContract
from cloud_service.store.receivables.ledger import lock_accounts
from common.errors import ConflictError, EnergyError
from common.period import Span

RATE_DAYS_MAX = 10  # central banks publish on business days; no run of holidays that closes them is longer


def issue(
    session: Session,
    rated: Sequence[RatedContract],
    *,
    bill_date: date,
    author: str,
    deliver: bool = True,
    instead_of: WrittenInvoice | None = None,
) -> list[WrittenInvoice]:
    """One invoice per account and billed days for rated contracts.

    A contract whose days are billed already is refused by the database. With `deliver` the messages are queued.
    Where they take the place of an invoice that a credit note (`instead_of`) took back, they name that invoice.
    """
    lock_accounts(session, sorted({contract.contract.account_id for contract in rated}))
    for reason in billing_chain.broken(session, rated).values():
        raise reason
    contracts = [ContractToBill(contract) for contract in rated]
    return _issue(session, contracts, bill_date=bill_date, author=author, deliver=deliver, instead_of=instead_of)


def _issue(
    session: Session,
    contracts: Sequence[ContractToBill],
    *,
    bill_date: date,
    author: str,
    deliver: bool,
    instead_of: WrittenInvoice | None = None,
) -> list[WrittenInvoice]:
    contracts = sorted(contracts, key=lambda contract: (contract.rated.contract.account_id, contract.rated.start))
    account_ids = sorted({contract.rated.contract.account_id for contract in contracts})
    lock_accounts(session, account_ids)
    accounts, in_local = _parties(session, account_ids, bill_date)
    waiting = pending_lines.waiting(session, [contract.rated.contract.id for contract in contracts], bill_date)
    drafts = [
        draft(
            account,
            [_with_waiting_lines(contract, waiting.get(contract.rated.contract.id, [])) for contract in members],
            bill_date,
            local_rate=in_local[account.local_currency, account.currency],
        )
        for account, members in _by_account_and_days(contracts, accounts)
    ]
    if instead_of is not None:
        drafts = [replacement(each, instead_of.draft) for each in drafts]
    _einvoices(session).check(drafts)
    return issue_drafts(session, drafts, author=author, deliver=deliver)


def _parties(
    session: Session, account_ids: Sequence[int], bill_date: date
) -> tuple[dict[int, BillingAccount], dict[tuple[str, str], Decimal]]:
    """Who bills and who pays, by account, and the rates of their currencies."""
    accounts = parties(session, account_ids, bill_date)
    for account in accounts.values():
        check_seller_address(account.seller.name, account.seller.address)
    return accounts, _local_rates(session, accounts.values(), bill_date)


def issue_waiting_lines(
    session: Session, contract_ids: Sequence[int], *, bill_date: date, author: str, deliver: bool = True
) -> list[WrittenInvoice]:
    """What waits for the next bill of some contracts becomes bills of their own, one an account: none is to come.

    An advance whose days are still to be billed waits for that bill.
    """
    contracts = {contract.id: contract for contract in billable_contracts.contracts(session, contract_ids)}
    lock_accounts(session, sorted({contract.account_id for contract in contracts.values()}))
    lines: dict[int, list[LineOfContract]] = {}
    for contract_id, waiting in pending_lines.waiting(session, list(contracts), bill_date).items():
        contract = contracts[contract_id]
        of_contract = [LineOfContract(each.id, contract_id, contract.point, each.line) for each in waiting if each.free]
        if of_contract:
            lines.setdefault(contract.account_id, []).extend(of_contract)

    def drafts_of(account: BillingAccount, local_rate: Decimal) -> Draft:
        return draft_of_lines(account, lines[account.account_id], bill_date, local_rate=local_rate)

    return issue_apart(session, list(lines), drafts_of, bill_date=bill_date, author=author, deliver=deliver)


def issue_apart(
    session: Session, account_ids: Sequence[int], draft_of: Callable[[BillingAccount, Decimal], Draft], *,
    bill_date: date, author: str, deliver: bool = True,
) -> list[WrittenInvoice]:  # fmt: skip
    """Bills of no rated days, one an account: `draft_of` is given the account and the rate of its currency."""
    lock_accounts(session, sorted(account_ids))
    accounts, in_local = _parties(session, account_ids, bill_date)
    chosen = [accounts[account_id] for account_id in account_ids]
    drafts = [draft_of(account, in_local[account.local_currency, account.currency]) for account in chosen]
    _einvoices(session).check(drafts)
    return issue_drafts(session, drafts, author=author, deliver=deliver)


def _einvoices(session: Session) -> EinvoiceCheck:
    rules = (partial(einvoice_rules.in_use, session), partial(einvoice_rules.stylesheet, session))
    return EinvoiceCheck(partial(outgoing.theme, session), *rules)


def _with_waiting_lines(contract: ContractToBill, waiting: list[LineInWait]) -> ContractToBill:
    """With the lines that are for its days, each on one bill only: they are taken out of those that wait."""
    taken = [each for each in waiting if each.is_for(contract.rated.span)]
    waiting[:] = [each for each in waiting if each not in taken]
    return ContractToBill(
        take_up(contract.rated, [each.line for each in taken]), contract.item_id, tuple(each.id for each in taken),
        tuple(each.line.advance for each in taken if each.line.advance is not UNSET),
    )  # fmt: skip


def issue_shard(session: Session, run_id: int, *, author: str, limit: int = 500, deliver: bool = True) -> int:
    """Issue up to `limit` accounts' rated items of a run; what the database refuses is parked alone."""
    plan_anew(session)
    run = billing_runs.run_of(session, run_id)
    claimed = billing_run_items.claim_accounts(session, run_id, limit)
    fresh = _without(session, claimed, "not_readable", _not_readable(claimed))
    fresh = _without(session, fresh, "readings_changed", _changed_readings(session, fresh))
    fresh = _without(session, fresh, TERMS_CHANGED, _changed_terms(session, fresh))
    fresh = _without(session, fresh, HISTORY_CHANGED, _out_of_order(session, fresh))
    _issue_or_park(session, fresh, run, author=author, deliver=deliver)
    return len(claimed) or _issue_lines_of_ended(session, run, author=author, limit=limit, deliver=deliver)


def _issue_lines_of_ended(session: Session, run: StoredRun, *, author: str, limit: int, deliver: bool) -> int:
    """Bills of their own for what waits of contracts that had their final bill; what is refused goes on waiting."""
    accounts = pending_lines.of_ended_contracts(session, run.legal_entity_id, run.id, run.bill_date, limit)
    lock_accounts(session, sorted(accounts))
    issued = each_alone(
        session, list(accounts.values()),
        work=lambda some: issue_waiting_lines(
            session, [id_ for ids in some for id_ in ids], bill_date=run.bill_date, author=author, deliver=deliver
        ),
        put_aside=lambda _ids, _error: [],
    )  # fmt: skip
    return len(issued)


def _without(
    session: Session, items: Sequence[RunItem], code: str, reasons: Mapping[int, str | EnergyError]
) -> list[RunItem]:
    """Park the items that have a reason, alone; the others."""
    for item_id, reason in reasons.items():
        billing_run_items.park(
            session, [item_id], str(reason), reason.code if isinstance(reason, EnergyError) else code
        )
    return [item for item in items if item.id not in reasons]


def _not_readable(items: Sequence[RunItem]) -> dict[int, str]:
    """Items whose rating is not there, or not as it is written now: they alone are not issued."""
    return {
        item.id: f"what was rated cannot be read ({item.unreadable or 'there is nothing'}): rate it again"
        for item in items
        if item.rated is None
    }


def _changed_readings(session: Session, items: Sequence[RunItem]) -> dict[int, str]:
    changed = corrections.changed_reads(session, [read for item in items for read in _reads(item)])
    return dict.fromkeys(
        sorted({read.owner_id for read in changed}), "readings changed after the rating: rate it again"
    )


def _changed_terms(session: Session, items: Sequence[RunItem]) -> dict[int, str]:
    """Items whose contract, days, tariff or meters are not what they were rated by."""
    due = {item.id: DueContract(item.contract_id, Span(item.start, item.end)) for item in items if _has_terms(item)}
    terms = rated_terms.terms_now(session, due.values())
    changed: dict[int, str] = {}
    for item in items:
        if item.id in due and item.rated is not None and item.rated.terms is not UNSET:
            now = terms.get(due[item.id])
            reason = item.rated.terms.changed(now) if now else "the contract"
            if reason:
                changed[item.id] = f"{reason} changed after the rating: rate it again"
    return changed


def _has_terms(item: RunItem) -> bool:
    return item.rated is not None and item.rated.terms is not UNSET


def _out_of_order(session: Session, items: Sequence[RunItem]) -> dict[int, EnergyError]:
    """Items whose history is not that of the bill before, or on which a later bill rests."""
    broken = billing_chain.broken(session, [item.rated for item in items if item.rated is not None])
    return {item.id: broken[item.contract_id, item.start] for item in items if (item.contract_id, item.start) in broken}


def _reads(item: RunItem) -> list[RegisterRead]:
    """What an item was rated from."""
    if item.rated is None or item.rated.rated_at is UNSET:
        return []
    return [
        RegisterRead(item.id, source.register_id, Span(item.start, item.end), item.rated.rated_at, source.sha256)
        for source in item.rated.sources
        if source.sha256 is not UNSET
    ]


def _issue_or_park(session: Session, items: Sequence[RunItem], run: StoredRun, *, author: str, deliver: bool) -> None:
    """All in one go; if anything is raised, in halves down to the account, which is parked alone."""
    accounts: dict[int, list[RunItem]] = {}
    for item in items:
        if item.rated is not None:
            accounts.setdefault(item.rated.contract.account_id, []).append(item)

    def issue_some(some: Sequence[list[RunItem]]) -> list[WrittenInvoice]:
        contracts = [ContractToBill(item.rated, item.id) for group in some for item in group if item.rated is not None]
        return _issue(session, contracts, bill_date=run.bill_date, author=author, deliver=deliver)

    def park(group: list[RunItem], error: Exception) -> list[WrittenInvoice]:
        billing_run_items.park(session, [item.id for item in group], fault_of(error))
        return []

    if accounts:
        each_alone(session, list(accounts.values()), issue_some, park)


def _by_account_and_days(
    contracts: Sequence[ContractToBill], accounts: dict[int, BillingAccount]
) -> list[tuple[BillingAccount, list[ContractToBill]]]:
    """Contracts of one account and the same days share an invoice, unless the account wants one each."""
    groups: dict[tuple[object, ...], list[ContractToBill]] = {}
    for contract in contracts:
        rated = contract.rated
        account = accounts[rated.contract.account_id]
        alone = rated.contract.id if account.per_contract else 0
        key = (account.account_id, rated.start, rated.end, rated.currency, alone)
        groups.setdefault(key, []).append(contract)
    return [(accounts[members[0].rated.contract.account_id], members) for members in groups.values()]


def _local_rates(session: Session, accounts: Iterable[BillingAccount], day: date) -> dict[tuple[str, str], Decimal]:
    pairs = {(account.local_currency, account.currency) for account in accounts}
    return {(base, currency): _local_rate(session, base, currency, day) for base, currency in pairs}


def _local_rate(session: Session, base: str, currency: str, day: date) -> Decimal:
    """The newest rate not after the day; a bill is never valued with one that the market has left behind."""
    if base == currency:
        return Decimal(1)
    newest = currency_rates.newest(session, base, currency, day)
    hint = f"import newer ones: `energy-cloud ledger rates FILE --base {base}`, or Settings, Currency rates"
    if newest is None:
        raise ConflictError(f"there is no rate of {currency} in {base} up to {day}", hint=hint)
    if (day - newest.day).days > RATE_DAYS_MAX:
        raise ConflictError(
            f"the newest rate of {currency} in {base} is of {newest.day}, more than {RATE_DAYS_MAX} days before {day}",
            hint=hint,
        )
    return newest.rate
