"""Whether the bookings of each statement make its closing balance of its opening one: else some are not in the file."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from cloud_service.domain.receivables.bank_line import BankLine


@dataclass(frozen=True, slots=True)
class StatementGap:
    """A statement whose sums are off by `missing`: money that came in (or, negative, went out) and is not told."""

    name: str
    account: str
    currency: str
    closing: Decimal
    missing: Decimal


def statement_gaps(lines: Sequence[BankLine]) -> list[StatementGap]:
    """The statements of a file whose sums are off; one that does not say both balances is none."""
    gaps = []
    for _place, statement in groupby(lines, key=lambda line: line.head.place):
        first, *others = statement
        head = first.head
        if head.opening is None or head.closing is None or any(line.currency != first.currency for line in others):
            continue
        missing = head.closing - head.opening - sum((line.amount for line in (first, *others)), Decimal(0))
        if missing:
            gaps.append(StatementGap(head.name, first.account, first.currency, head.closing, missing))
    return gaps
