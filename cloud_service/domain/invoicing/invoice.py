"""Invoices before they have a number: rated contracts put together, their taxes summed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import msgspec
from msgspec import UNSET

from cloud_service.domain.invoicing.basis import InvoiceBasis, SettledAdvance, TakenOver, billed_contract, use_by_month
from cloud_service.domain.invoicing.billed_line import BilledLine, LineExplanation, billed_line
from cloud_service.domain.invoicing.billing_account import BillingAccount
from cloud_service.domain.pricing.rated_line import RatedLine, is_coin
from cloud_service.domain.rating.combined import join
from cloud_service.domain.rating.rated_contract import RatedContract
from common.period import Span


@dataclass(frozen=True, slots=True)
class Draft:
    """An invoice or credit note without its number; `lines` in their order."""

    kind: str  # invoice, credit_note
    account: BillingAccount
    spans: tuple[tuple[int, Span], ...]  # contract, billed days
    during: Span
    bill_date: date
    due_date: date
    lines: tuple[BilledLine, ...]
    net: Decimal
    tax: Decimal
    energy: int  # thousandths of the import registers' unit
    basis: InvoiceBasis
    local_rate: Decimal = Decimal(1)  # the seller's currency for one unit of the account's
    corrects_id: int | None = None
    reason: str = ""
    item_ids: tuple[int, ...] = ()  # billing items it settles
    waiting_ids: tuple[int, ...] = ()  # waiting lines it takes up
    income: str = "revenue"  # the ledger account of the net: revenue, fees, interest
    taken_over_on: date | None = None  # of the books before ours: the day from which ours have it
    edition: int = 1  # so often was this number taken over
    volume: int = 0  # litres, of contracts that count them

    @property
    def total(self) -> Decimal:
        """What is due."""
        return self.net + self.tax


@dataclass(frozen=True, slots=True)
class ContractToBill:
    """A rated contract on its way into an invoice."""

    rated: RatedContract
    item_id: int | None = None  # the billing item that this settles
    waiting_ids: tuple[int, ...] = ()  # ids of the waiting lines that its lines include
    advances: tuple[SettledAdvance, ...] = ()  # the bills in advance that some of these lines take off


def draft(
    account: BillingAccount, contracts: Sequence[ContractToBill], bill_date: date, *, local_rate: Decimal = Decimal(1)
) -> Draft:
    """One invoice of an account for one or more rated contracts."""
    rated = [contract.rated for contract in contracts]
    whole = join([msgspec.structs.replace(contract, contract_id=contract.contract.id) for contract in rated])
    return Draft(
        kind="invoice",
        account=account,
        spans=tuple((contract.contract.id, contract.span) for contract in rated),
        during=whole.span,
        bill_date=bill_date,
        due_date=bill_date + timedelta(days=account.terms_days),
        lines=_lines_of_one(rated[0]) if len(rated) == 1 else _lines_of_several(rated, whole.lines),
        net=whole.net,
        tax=whole.tax,
        energy=whole.energy,
        basis=InvoiceBasis(
            contracts=tuple(billed_contract(contract) for contract in rated),
            taxes=whole.taxes,
            usage=use_by_month(rated),
            advances=tuple(advance for contract in contracts for advance in contract.advances) or UNSET,
        ),
        local_rate=local_rate,
        item_ids=tuple(contract.item_id for contract in contracts if contract.item_id is not None),
        waiting_ids=tuple(id_ for contract in contracts for id_ in contract.waiting_ids),
        volume=sum(contract.volume for contract in rated),
    )


def replacement(new: Draft, note: Draft) -> Draft:
    """The draft as one that takes the place of the invoice which the credit note `note` took back, and names it."""
    basis = msgspec.structs.replace(new.basis, corrects=note.basis.corrects)
    return replace(new, corrects_id=note.corrects_id, basis=basis)


def _lines_of_one(rated: RatedContract) -> tuple[BilledLine, ...]:
    return tuple(billed_line(line, rated.contract.id) for line in rated.lines)


def _lines_of_several(rated: Sequence[RatedContract], joined: Sequence[RatedLine]) -> tuple[BilledLine, ...]:
    """Each contract's lines with its supply point's name, and the one coin of them all."""
    lines = [
        billed_line(line, contract.contract.id, place=contract.contract.point)
        for contract in rated
        for line in contract.lines
        if not is_coin(line)
    ]
    return (*lines, *(billed_line(line, None) for line in joined if is_coin(line)))


def taken_over_draft(
    account: BillingAccount, bill: TakenOver, *, day: date, due_date: date, on: date, local_rate: Decimal, edition: int
) -> Draft:
    """What earlier books left open: no lines, no tax, no energy. Below zero it is the client's credit."""
    left = bill.amount - bill.paid
    return Draft(
        kind="invoice" if left > 0 else "credit_note", account=account, spans=(),
        during=Span(day, day + timedelta(days=1)), bill_date=day, due_date=due_date, lines=(), net=left,
        tax=Decimal(0), energy=0, basis=InvoiceBasis(taken_over=bill, usage=()), local_rate=local_rate,
        taken_over_on=on, edition=edition,
    )  # fmt: skip


def single_line(
    account: BillingAccount, *, charge: str, label: str, amount: Decimal, why: str, days: Span, bill_date: date,
    basis: InvoiceBasis,
) -> Draft:  # fmt: skip
    """An invoice of one untaxed line that bills no days: a late fee, interest. `basis` says what for."""
    line = BilledLine(
        contract_id=None,
        charge=charge,
        label=label,
        quantity=Decimal(1),
        unit="",
        price=amount,
        amount_unrounded=amount,
        amount=amount,
        tax_category="O",
        tax_rate=Decimal(0),
        during=days,
        explanation=LineExplanation(why=why, path="", id=charge, utility=""),
    )
    return Draft(
        kind="invoice",
        account=account,
        spans=(),
        during=days,
        bill_date=bill_date,
        due_date=bill_date + timedelta(days=account.terms_days),
        lines=(line,),
        net=amount,
        tax=Decimal(0),
        energy=0,
        basis=msgspec.structs.replace(basis, usage=()),
        income=charge if charge in ("fees", "interest") else "revenue",
    )
