"""The bill in advance itself, and the line that waits for the bill that settles it."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from cloud_service.domain.invoicing.advances.plan import AdvancePeriod
from cloud_service.domain.invoicing.advances.vat import NetAndTax, parts, tax_line
from cloud_service.domain.invoicing.basis import ADVANCE, AdvanceFor, InvoiceBasis, SettledAdvance
from cloud_service.domain.invoicing.billed_line import BilledLine, LineExplanation
from cloud_service.domain.invoicing.billing_account import BillingAccount
from cloud_service.domain.invoicing.invoice import Draft
from cloud_service.domain.invoicing.pending_lines import WaitingLine, WaitingTax

LABEL = "Advance payment"
SETTLED_LABEL = "Advance bill "  # and its number


@dataclass(frozen=True, slots=True)
class AdvanceToBill:
    """A period of a contract whose advance is due, with the tax of its supply."""

    contract_id: int
    period: AdvancePeriod
    tax: WaitingTax | None
    basis: AdvanceFor

    def amounts(self, currency: str) -> NetAndTax:
        """Its amount in parts."""
        return parts(self.period.amount, self.tax, currency)


def advance_draft(
    account: BillingAccount, advance: AdvanceToBill, bill_date: date, *, local_rate: Decimal = Decimal(1)
) -> Draft:
    """A bill of one line that bills no days and no energy: its days are settled by another."""
    amounts = advance.amounts(account.currency)
    return Draft(
        kind="invoice",
        account=account,
        spans=(),
        during=advance.period.span,
        bill_date=bill_date,
        due_date=bill_date + timedelta(days=account.terms_days),
        lines=(_line(advance, amounts),),
        net=amounts.net,
        tax=amounts.tax,
        energy=0,
        basis=InvoiceBasis(
            taxes=(tax_line(advance.tax, amounts),) if advance.tax else (), usage=(), advance=advance.basis
        ),
        local_rate=local_rate,
    )


def _line(advance: AdvanceToBill, amounts: NetAndTax) -> BilledLine:
    return BilledLine(
        contract_id=advance.contract_id, charge=ADVANCE, label=LABEL, quantity=Decimal(1), unit="", price=amounts.net,
        amount_unrounded=amounts.net, amount=amounts.net, tax_category=advance.tax.category if advance.tax else "O",
        tax_rate=advance.tax.percent if advance.tax else Decimal(0), during=advance.period.span,
        explanation=LineExplanation(
            why=advance.period.why, path="", id=ADVANCE, utility=advance.basis.utility
        ),
    )  # fmt: skip


def settling_line(advance: AdvanceToBill, currency: str, *, invoice_id: int, number: str, day: date) -> WaitingLine:
    """What the next bill of the period takes off again: the same amount and tax with the opposite sign."""
    amounts, span = advance.amounts(currency), advance.period.span
    return WaitingLine(
        charge=ADVANCE, id=ADVANCE, label=f"{SETTLED_LABEL}{number}", utility="", unit="",
        tax_category=advance.tax.name if advance.tax else "", path="", start=span.start, end=span.end,
        quantity=Decimal(1), price=-amounts.net, amount_unrounded=-amounts.net, amount=-amounts.net,
        why=f"billed in advance by {number}", tax=advance.tax, tax_amount=-amounts.tax, corrects=invoice_id,
        advance=SettledAdvance(number=number, day=day, net=amounts.net, tax=amounts.tax),
    )  # fmt: skip
