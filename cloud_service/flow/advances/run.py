"""Bills in advance: those that fell due are issued, each once a period; what cannot be is put aside with its reason.

Issuing is a step of its own and is handed in.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Protocol

from cloud_service.domain.invoicing.advances.bill import AdvanceToBill, advance_draft, settling_line
from cloud_service.domain.invoicing.advances.plan import AFTER, AdvancePeriod, due_periods
from cloud_service.domain.invoicing.basis import AdvanceFor
from cloud_service.domain.invoicing.billing_account import BillingAccount
from cloud_service.domain.invoicing.invoice import Draft
from cloud_service.flow.advances.supply_tax import supply_tax
from cloud_service.store.customers.billing_parties import parties
from cloud_service.store.database.each_alone import each_alone
from cloud_service.store.database.errors import fault_of
from cloud_service.store.database.session import Session
from cloud_service.store.invoicing import billable_contracts, pending_lines
from cloud_service.store.invoicing.advances import bills
from cloud_service.store.invoicing.advances.bills import PlannedContract
from cloud_service.store.invoicing.invoice_rows import WrittenInvoice
from cloud_service.store.invoicing.pending_lines import NewLine
from cloud_service.store.receivables.ledger import lock_accounts
from common.errors import ConflictError
from common.period import Span, add_months

Begin = Callable[[], AbstractContextManager[Session]]
LOOK_BACK_MONTHS = 24
CONTRACTS_AT_ONCE = 100


class IssueApart(Protocol):
    """Issues one bill an account, of drafts that are made once the account is locked."""

    def __call__(
        self, session: Session, account_ids: Sequence[int], draft_of: Callable[[BillingAccount, Decimal], Draft], *,
        bill_date: date, author: str, deliver: bool = True,
    ) -> list[WrittenInvoice]:  # fmt: skip
        """The bills."""
        ...


@dataclass(frozen=True, slots=True)
class DueAdvance:
    """A period of a contract whose advance is due; `refusal` says why it cannot be billed."""

    contract_id: int
    contract: str
    currency: str
    period: AdvancePeriod
    net: Decimal | None = None
    tax: Decimal | None = None
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class ParkedAdvance:
    """A contract whose advance could not be billed, and why."""

    contract_id: int
    contract: str
    span: Span
    reason: str


@dataclass(frozen=True, slots=True)
class AdvanceRun:
    """What a run issued, and what it had to leave."""

    issued: list[WrittenInvoice] = field(default_factory=list)
    parked: list[ParkedAdvance] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AdvanceIssue:
    """How bills in advance of a company are issued on a day; they have its date."""

    entity_id: int
    on: date
    issue: IssueApart
    author: str


def issue_due(begin: Begin, how: AdvanceIssue, *, contract_ids: Sequence[int] | None = None) -> AdvanceRun:
    """Issue what falls due by a day; some contracts a transaction."""
    run = AdvanceRun()
    after, due_ids = 0, []
    while True:
        with begin() as session:
            page = bills.planned(
                session, how.entity_id, _window(how.on), contract_ids=contract_ids, after=after, limit=CONTRACTS_AT_ONCE
            )
            due = {plan.contract_id: plan for plan in page if _due(plan, how.on)}
            due_ids += list(due)
            _issue_page(session, how, due, run)
            if not page:
                if contract_ids is None:
                    bills.forget_other_faults(session, how.entity_id, due_ids)
                return run
        after = page[-1].contract_id


def _issue_page(session: Session, how: AdvanceIssue, due: dict[int, PlannedContract], run: AdvanceRun) -> None:
    lock_accounts(session, sorted({plan.account_id for plan in due.values()}))

    def issue_some(contracts: Sequence[int]) -> list[WrittenInvoice]:
        return [bill for contract in contracts for bill in _issue(session, how, contract)]

    def park(contract: int, error: Exception) -> list[WrittenInvoice]:
        (contract_row,) = billable_contracts.contracts(session, [contract])
        parked = ParkedAdvance(contract, contract_row.number, _due(due[contract], how.on)[0].span, fault_of(error))
        bills.note_fault(session, contract, parked.span, parked.reason)
        run.parked.append(parked)
        return []

    run.issued.extend(each_alone(session, list(due), issue_some, park))


def _issue(session: Session, how: AdvanceIssue, contract_id: int) -> Iterator[WrittenInvoice]:
    """The due periods of one contract, asked anew now that its account is locked."""
    for plan in bills.planned(session, how.entity_id, _window(how.on), contract_ids=[contract_id]):
        for period in _due(plan, how.on):
            yield _issue_one(session, how, plan, _to_bill(session, plan, period))
    bills.forget_fault(session, contract_id)


def _issue_one(session: Session, how: AdvanceIssue, plan: PlannedContract, advance: AdvanceToBill) -> WrittenInvoice:
    """The bill, its period, and the line by which the next bill of these days takes it off again."""

    def draft_of(account: BillingAccount, local_rate: Decimal) -> Draft:
        _refuse_prepaid(account, how.on)
        return advance_draft(account, advance, how.on, local_rate=local_rate)

    (bill,) = how.issue(session, [plan.account_id], draft_of, bill_date=how.on, author=how.author)
    bills.add(session, plan.contract_id, bill.id, advance.period.span)
    line = settling_line(advance, plan.currency, invoice_id=bill.id, number=bill.number, day=how.on)
    new = NewLine(plan.contract_id, f"advance:{bill.id}", plan.currency, line)
    pending_lines.add(session, [new], reason=f"advance {bill.number}", author=how.author)
    return bill


def _refuse_prepaid(account: BillingAccount, on: date) -> None:
    if account.prepaid:
        raise ConflictError(
            f"{account.buyer.account} is prepaid on {on}: what it uses is paid before", code="prepaid",
            hint="end its advance plan",
        )  # fmt: skip


def _to_bill(session: Session, plan: PlannedContract, period: AdvancePeriod) -> AdvanceToBill:
    """With the tax of the day on which it is billed: the first of the period, or its last."""
    span = period.span
    day = span.end - timedelta(days=1) if plan.terms.timing == AFTER else span.start
    (contract,) = billable_contracts.contracts(session, [plan.contract_id])
    basis = AdvanceFor(
        contract=contract.id, timing=plan.terms.timing, number=contract.number, point=contract.point,
        grid_id=contract.grid_id, utility=contract.utility,
    )  # fmt: skip
    return AdvanceToBill(plan.contract_id, period, supply_tax(session, plan.contract_id, day), basis)


def due_advances(
    session: Session, entity_id: int, on: date, *, contract_ids: Sequence[int] | None = None, limit: int = 500
) -> list[DueAdvance]:
    """What a run of that day would bill, and what it could not; nothing is issued."""
    planned = bills.planned(session, entity_id, _window(on), contract_ids=contract_ids, limit=limit)
    return [_tried(session, plan, period, on) for plan in planned for period in _due(plan, on)]


def _tried(session: Session, plan: PlannedContract, period: AdvancePeriod, on: date) -> DueAdvance:
    (contract,) = billable_contracts.contracts(session, [plan.contract_id])
    due = DueAdvance(plan.contract_id, contract.number, plan.currency, period)
    try:
        _refuse_prepaid(parties(session, [plan.account_id], on)[plan.account_id], on)
        amounts = _to_bill(session, plan, period).amounts(plan.currency)
    except ConflictError as error:
        return DueAdvance(due.contract_id, due.contract, due.currency, period, refusal=str(error))
    return DueAdvance(due.contract_id, due.contract, due.currency, period, amounts.net, amounts.tax)


def _window(on: date) -> Span:
    return Span(add_months(on.replace(day=1), -LOOK_BACK_MONTHS), on + timedelta(days=1))


def _due(plan: PlannedContract, on: date) -> list[AdvancePeriod]:
    return due_periods(plan.terms, plan.days, _window(on), plan.currency, plan.taken)
