"""What a new rating of billed days changes: line by line for people, and as lines for the next invoice."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from cloud_service.domain.invoicing.billed_line import BilledLine
from cloud_service.domain.money import plain
from cloud_service.domain.pricing.priced_lines import TaxLine
from cloud_service.domain.pricing.rated_line import RatedLine, VatRate
from common.errors import ConflictError

ZERO = Decimal(0)
NOTHING = (ZERO, ZERO)
LineKey = tuple[str, str, str, str]  # charge, label, unit, price of energy


class LineChange(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a difference changes of one line; kept as JSON with the difference, so that a later one starts from it."""

    charge: str
    label: str
    unit: str
    price: str  # of energy, in words; empty for other charges
    quantity: Decimal  # more than was billed, in `unit`
    amount: Decimal  # more than was billed, currency


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """What a comparison looks at of a line, billed or rated anew."""

    charge: str
    label: str
    unit: str
    price: Decimal | None  # currency a unit
    quantity: Decimal
    amount: Decimal  # currency
    vat: VatRate


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """One line as it was billed and as it would be now; None where it did not or does not exist."""

    charge: str
    label: str
    unit: str
    price: str
    quantity_before: Decimal | None
    quantity_after: Decimal | None
    amount_before: Decimal
    amount_after: Decimal

    @property
    def amount(self) -> Decimal:
        """What is owed more (or, negative, less)."""
        return self.amount_after - self.amount_before

    @property
    def why(self) -> str:
        """In words."""
        before = "not billed" if self.quantity_before is None else f"{plain(self.quantity_before)} {self.unit}"
        after = "nothing" if self.quantity_after is None else f"{plain(self.quantity_after)} {self.unit}"
        return f"{self.label}: {before} → {after}, {plain(self.amount_before)} → {plain(self.amount_after)}"

    def as_line(self) -> LineChange:
        """The change as a line, so that a later comparison starts from what was billed in sum."""
        quantity = (self.quantity_after or ZERO) - (self.quantity_before or ZERO)
        return LineChange(
            charge=self.charge, label=self.label, unit=self.unit, price=self.price,
            quantity=Decimal(plain(quantity)), amount=self.amount,
        )  # fmt: skip


def of_invoice(line: BilledLine) -> ComparedLine:
    """A line of an issued invoice."""
    vat = VatRate(line.tax_category, line.tax_rate)
    return ComparedLine(line.charge, line.label, line.unit, line.price, line.quantity, line.amount, vat)


def of_rating(line: RatedLine) -> ComparedLine:
    """A line of a new rating."""
    return ComparedLine(line.charge, line.label, line.unit, line.price, line.quantity, line.amount, line.vat)


def of_change(change: LineChange, vat: VatRate) -> ComparedLine:
    """A line that an earlier difference billed."""
    price = Decimal(change.price) if change.price else None
    return ComparedLine(change.charge, change.label, change.unit, price, change.quantity, change.amount, vat)


def compare(before: Sequence[ComparedLine], after: Sequence[ComparedLine]) -> list[ChangedLine]:
    """Lines by charge, place in the tariff, label and price that differ; the same lines drop out."""
    billed, rated = _sums_by_key(before), _sums_by_key(after)
    changes = []
    for key in [*billed, *(key for key in rated if key not in billed)]:
        old, new = billed.get(key), rated.get(key)
        if (old or NOTHING) != (new or NOTHING):
            changes.append(
                ChangedLine(
                    *key, old[0] if old else None, new[0] if new else None,
                    old[1] if old else ZERO, new[1] if new else ZERO,
                )
            )  # fmt: skip
    return changes


def _sums_by_key(lines: Sequence[ComparedLine]) -> dict[LineKey, tuple[Decimal, Decimal]]:
    """Quantity and amount of the lines that are the same but for them."""
    sums: dict[LineKey, tuple[Decimal, Decimal]] = {}
    for line in lines:
        price = plain(line.price) if line.charge == "energy" and line.price is not None else ""
        key = (line.charge, line.label, line.unit, price)
        quantity, amount = sums.get(key, (ZERO, ZERO))
        sums[key] = (quantity + line.quantity, amount + line.amount)
    return sums


def tax_differences(
    before: Sequence[ComparedLine], after: Sequence[ComparedLine], taxes: Sequence[TaxLine]
) -> list[tuple[TaxLine | None, Decimal]]:
    """(tax or None, change of the net) by VAT category and rate; together they are the change of the whole net.

    Where a line bears more than one tax this cannot be said in one line: ConflictError.
    """
    sums: dict[tuple[str, Decimal], Decimal] = {}
    for sign, lines in ((-1, before), (1, after)):
        for line in lines:
            key = (line.vat.category, line.vat.percent)
            sums[key] = sums.get(key, ZERO) + sign * line.amount
    tax_by_rate: dict[tuple[str, Decimal], TaxLine] = {}
    for tax in taxes:
        if tax_by_rate.setdefault((tax.category, tax.percent), tax).tax != tax.tax:
            raise ConflictError(
                "a line of this bill bears several taxes", hint="take it back by a credit note and bill it anew"
            )
    return [(tax_by_rate.get(key), amount) for key, amount in sums.items() if amount]
