"""What the engine gives: priced lines that explain themselves, taxes on them, and their sums."""

import re
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache

import msgspec
from msgspec import UNSET, UnsetType

from cloud_service.domain.money import Rounding, plain
from cloud_service.domain.pricing.usage import NOTHING_BEFORE, History
from common.period import Span

PAID_OUT = "/paid"  # ends the id of lines that pay an ended credit out: they settle, they are no price of anything

REGISTER = re.compile(r"register (\w+)")  # as sources of quantities name it
LAST_DIGIT = Decimal("1E-9")  # below it a price of many digits and its amount differ only by how they are written


@lru_cache(maxsize=4096)
def _registers_in(source: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(REGISTER.findall(source)))


class LineHead(msgspec.Struct, frozen=True, gc=False):
    """What the lines of one rule have in common for all connections of a batch."""

    charge: str  # a key of CHARGES
    id: str  # the charge's name in its document
    label: str
    unit: str
    path: str  # place in the tariff document
    tax_category: str
    utility: str
    start: date
    end: date
    rule: str  # the rule in words
    source: str  # where the quantity comes from
    version: str  # tariff, validity and hash
    rule_and_source: str = ""  # joined once for all lines
    group: str = ""  # its kind, where the document has no charge of that name; it is called so with all of the kind

    def __post_init__(self) -> None:
        both = "; ".join(text for text in (self.rule, self.source) if text)
        msgspec.structs.force_setattr(self, "rule_and_source", both)

    def is_one_of(self, names: Collection[str]) -> bool:
        """Whether charges, taxes or credits mean it: by its charge's name, or by the kind where no charge has that."""
        return self.id.removesuffix(PAID_OUT) in names or (bool(self.group) and self.group in names)

    @property
    def span(self) -> Span:
        """The days this line is for."""
        return Span(self.start, self.end)

    @property
    def registers(self) -> tuple[str, ...]:
        """The registers that its source names."""
        return _registers_in(self.source)


class PricedLine(msgspec.Struct, frozen=True, gc=False):
    """One priced quantity. `amount` is rounded to the currency, `amount_unrounded` is exact."""

    head: LineHead
    quantity: Decimal
    price: Decimal | None  # None where the rule has a fixed amount
    amount_unrounded: Decimal
    amount: Decimal
    note: str = ""  # what is particular to this connection: the time of a peak, the month of a ratchet

    @property
    def charge(self) -> str:
        """The kind of price, a key of `CHARGES`."""
        return self.head.charge

    @property
    def id(self) -> str:
        """The charge's name in its tariff document."""
        return self.head.id

    @property
    def label(self) -> str:
        """The text for the invoice."""
        return self.head.label

    @property
    def unit(self) -> str:
        """Unit of the quantity."""
        return self.head.unit

    @property
    def path(self) -> str:
        """Place of the rule in the tariff document."""
        return self.head.path

    @property
    def tax_category(self) -> str:
        """Name of the tax category of the tariff, empty for none."""
        return self.head.tax_category

    @property
    def utility(self) -> str:
        """Electricity, water, gas, heat, cooling ..."""
        return self.head.utility

    @property
    def span(self) -> Span:
        """The days this line is for."""
        return self.head.span

    @property
    def why(self) -> str:
        """The line in words: rule, source of the quantity, arithmetic, tariff version.

        A line over other lines is made of their rounded amounts; what it is of the unrounded ones stands beside it.
        """
        head, quantity, amount = self.head, plain(self.quantity), plain(self.amount_unrounded)
        if self.price is not None and abs(self.quantity * self.price - self.amount_unrounded) > LAST_DIGIT:
            amount = f"{plain(self.quantity * self.price)}, unrounded {amount}"
        price = "" if self.price is None else f" × {plain(self.price)}"
        note = f"{self.note}; " if self.note else ""
        rule_and_source = f"{head.rule_and_source}; " if head.rule_and_source else ""
        counted = f"{quantity} {head.unit}" if head.unit else quantity
        return f"{rule_and_source}{note}{counted}{price} = {amount}; {head.version}"


class TaxLine(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One tax of one category: rate × base, rounded once (or line by line, where the tariff says so)."""

    tax: str  # its name in the tariff document
    label: str  # the text for the invoice
    category: str  # EN 16931 VAT category code: S, Z, E, AE, O ...
    percent: Decimal
    base: Decimal  # currency
    amount_unrounded: Decimal  # currency, exact
    amount: Decimal  # currency, rounded to its smallest unit
    path: str  # place in the tariff document, empty for a tax of a waiting line
    why: str  # in words
    way: Rounding | UnsetType = UNSET  # unset for a tax of a waiting line, which is rounded half up
    reason: str | UnsetType = UNSET  # the text that the invoice must show where no tax is charged
    by_line: bool | UnsetType = UNSET  # rounded line by line: sums of it are not rounded again; unset is no

    @property
    def rounding(self) -> Rounding:
        """How the amount is rounded."""
        return "half_up" if self.way is UNSET else self.way

    @property
    def is_rounded_by_line(self) -> bool:
        """Whether each line's tax was rounded by itself."""
        return self.by_line is True


class RatingResult(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """All that one connection owes for one span.

    `net` is the sum of the lines' amounts, `tax` of the taxes' amounts, `total` their sum (cash rounding is a line of
    its own). `energy` counts thousandths of the import register; `history` is what the next span must be given.
    """

    currency: str
    span: Span
    lines: tuple[PricedLine, ...]
    taxes: tuple[TaxLine, ...]
    net: Decimal
    tax: Decimal
    total: Decimal
    total_unrounded: Decimal
    energy: int
    max_demand_kw: Decimal | None
    history: History = NOTHING_BEFORE


class DueAndExact(msgspec.Struct, frozen=True, gc=False):
    """An amount as it is due (sums of rounded lines) beside the same amount unrounded."""

    due: Decimal
    exact: Decimal

    def __add__(self, other: "DueAndExact") -> "DueAndExact":
        return DueAndExact(self.due + other.due, self.exact + other.exact)

    def __sub__(self, other: "DueAndExact") -> "DueAndExact":
        return DueAndExact(self.due - other.due, self.exact - other.exact)

    def __neg__(self) -> "DueAndExact":
        return DueAndExact(-self.due, -self.exact)

    def times(self, factor: Decimal) -> "DueAndExact":
        """A share of both."""
        return DueAndExact(self.due * factor, self.exact * factor)

    def above_zero(self) -> "DueAndExact":
        """Each of the two, or 0 where it is below."""
        return DueAndExact(max(self.due, ZERO), max(self.exact, ZERO))

    def __bool__(self) -> bool:
        return bool(self.due or self.exact)


ZERO = Decimal(0)
NOTHING = DueAndExact(ZERO, ZERO)


def sum_of(lines: Iterable[PricedLine | TaxLine]) -> DueAndExact:
    """Sum of lines, as due and unrounded."""
    due = exact = ZERO
    for line in lines:
        due += line.amount
        exact += line.amount_unrounded
    return DueAndExact(due, exact)
