"""A bill of waiting lines alone: of a connection that has had its final bill, and has no next one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from msgspec import UNSET

from cloud_service.domain.invoicing.basis import InvoiceBasis
from cloud_service.domain.invoicing.billed_line import billed_line
from cloud_service.domain.invoicing.billing_account import BillingAccount
from cloud_service.domain.invoicing.invoice import Draft
from cloud_service.domain.invoicing.pending_lines import WaitingLine, rating_of_line
from cloud_service.domain.rating.combined import join
from common.period import Span


@dataclass(frozen=True, slots=True)
class LineOfContract:
    """A waiting line by its id, and whose it is; `point` is the name of the supply point."""

    id: int
    contract_id: int
    point: str
    line: WaitingLine


def draft_of_lines(
    account: BillingAccount, lines: Sequence[LineOfContract], bill_date: date, *, local_rate: Decimal
) -> Draft:
    """A bill that has no days and no energy: only the lines, each with its tax."""
    whole = join([rating_of_line(each.line, account.currency) for each in lines])
    days = Span(min(each.line.start for each in lines), max(each.line.end for each in lines))
    return Draft(
        kind="invoice",
        account=account,
        spans=(),
        during=days,
        bill_date=bill_date,
        due_date=bill_date + timedelta(days=account.terms_days),
        lines=tuple(billed_line(each.line.rated(), each.contract_id, place=each.point) for each in lines),
        net=whole.net,
        tax=whole.tax,
        energy=0,
        basis=InvoiceBasis(
            taxes=whole.taxes,
            usage=(),
            advances=tuple(each.line.advance for each in lines if each.line.advance is not UNSET) or UNSET,
        ),
        local_rate=local_rate,
        waiting_ids=tuple(each.id for each in lines),
    )
