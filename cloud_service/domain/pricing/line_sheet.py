"""The lines of all connections of a batch while they are rated, and what each connection hands to its next span."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import repeat

from cloud_service.domain.money import Rounding, rounder
from cloud_service.domain.pricing.priced_lines import ZERO, DueAndExact, LineHead, PricedLine


class LineSheet:
    """The lines of all connections of a batch, in the order of the charges."""

    def __init__(self, rows: int, currency: str, way: Rounding) -> None:
        self.rows: list[list[PricedLine]] = [[] for _ in range(rows)]
        self.currency = currency
        self.round = rounder(currency, way)
        self.nothing = self.round(ZERO)
        self.peaks: list[dict[str, tuple[tuple[date, Decimal], ...]]] = [{} for _ in range(rows)]
        self.energy_credit: list[dict[str, dict[str, Decimal]]] = [{} for _ in range(rows)]
        self.money_credit: list[dict[str, DueAndExact]] = [{} for _ in range(rows)]
        self.year_to_date: list[dict[str, DueAndExact]] = [{} for _ in range(rows)]
        self.billing_demand: list[dict[tuple[str, date], Decimal]] = [{} for _ in range(rows)]
        self.max_demand: list[Decimal | None] = [None] * rows

    def add(  # noqa: PLR0917 -- the fields of a line in their order, on the hot path
        self, row: int, head: LineHead, quantity: Decimal, price: Decimal | None, amount: Decimal, note: str = ""
    ) -> None:
        """Add a line; its amount is rounded here and nowhere else."""
        due = self.round(amount) if amount else self.nothing  # no -0.00 for a credit of nothing
        self.rows[row].append(PricedLine(head, quantity, price, amount or ZERO, due, note))

    def add_column(
        self,
        head: LineHead,
        quantities: Sequence[int],
        smallest_unit: Decimal,
        price: Decimal,
        rows: Sequence[int] | None = None,
    ) -> None:
        """Add a line to every row (or to some): integers in units of `smallest_unit`, all at one price."""
        counts = [quantity * smallest_unit for quantity in quantities]
        amounts = [count * price if count else ZERO for count in counts]
        lines = map(PricedLine, repeat(head), counts, repeat(price), amounts, map(self.round, amounts))
        target = self.rows if rows is None else [self.rows[row] for row in rows]
        for row, line in zip(target, lines, strict=True):
            row.append(line)

    def add_to_all(self, head: LineHead, quantity: Decimal, price: Decimal | None, amount: Decimal) -> None:
        """Add the same line to every row."""
        line = PricedLine(head, quantity, price, amount, self.round(amount))
        for row in self.rows:
            row.append(line)

    def add_both(  # noqa: PLR0917 -- the fields of a line in their order
        self, row: int, head: LineHead, quantity: Decimal, price: Decimal | None, amount: DueAndExact, note: str = ""
    ) -> None:
        """Add a line over other lines: what is due follows their rounded amounts, the unrounded amount theirs."""
        due = self.round(amount.due)
        self.rows[row].append(PricedLine(head, quantity, price, amount.exact, due, note))
