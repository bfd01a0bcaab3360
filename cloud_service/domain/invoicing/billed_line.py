"""A line as it stands on an invoice, in a draft or read back from the database."""

from decimal import Decimal

import msgspec
from msgspec import UNSET, UnsetType

from cloud_service.domain.pricing.rated_line import RatedLine
from common.period import Span

PLACES = -12
TWELFTH = Decimal(1).scaleb(PLACES)


class LineExplanation(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What made the line; kept as JSON beside it."""

    why: str = ""  # in words: rule, source of the quantity, arithmetic, tariff version
    path: str | UnsetType = UNSET  # place of the rule in the tariff document
    id: str | UnsetType = UNSET  # the charge's name in its tariff document
    utility: str | UnsetType = UNSET  # electricity, water, gas, heat, cooling; empty for none
    quantity: Decimal | UnsetType = UNSET  # what was counted, of a line with a fixed amount, shown as one piece
    estimated: bool | UnsetType = UNSET  # true where something of the quantity was not read but estimated
    corrects: str | UnsetType = UNSET  # number of the invoice that a credit note's line takes back


class BilledLine(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One line of an invoice: quantity × price = amount, to the twelve places that a row stores."""

    contract_id: int | None  # None for a line of no single contract: the coin, a fee
    charge: str  # the kind of price
    label: str  # the printed text
    quantity: Decimal  # in `unit`
    unit: str
    price: Decimal  # currency a unit
    amount_unrounded: Decimal  # currency
    amount: Decimal  # currency, rounded to its smallest unit, net of taxes
    tax_category: str  # EN 16931 VAT category code
    tax_rate: Decimal  # percent
    during: Span | None  # the days it is for
    explanation: LineExplanation


def billed_line(line: RatedLine, contract_id: int | None, *, place: str = "") -> BilledLine:
    """A rated line as a line of the invoice; one without a price is shown as one piece at its amount.

    `place` is added to the label, where an invoice is for several contracts.
    """
    fixed = line.price is None
    return BilledLine(
        contract_id=contract_id,
        charge=line.charge,
        label=f"{line.label} · {place}" if place else line.label,
        quantity=Decimal(1) if fixed else _fit(line.quantity),
        unit=line.unit,
        price=_fit(line.amount_unrounded if line.price is None else line.price),
        amount_unrounded=_fit(line.amount_unrounded),
        amount=line.amount,
        tax_category=line.vat.category,
        tax_rate=line.vat.percent,
        during=Span(line.start, line.end),
        explanation=LineExplanation(
            why=line.why,
            path=line.path,
            id=line.id,
            utility=line.utility,
            quantity=line.quantity if fixed else UNSET,
            estimated=line.estimated,
        ),
    )


def taken_back(line: BilledLine, number: str) -> BilledLine:
    """The line of a credit note that takes a line of invoice `number` back: the opposite sign."""
    return msgspec.structs.replace(
        line,
        quantity=-line.quantity,
        amount_unrounded=-line.amount_unrounded,
        amount=-line.amount,
        explanation=LineExplanation(
            why=f"takes back: {line.explanation.why}", utility=line.explanation.utility, corrects=number
        ),
    )


def _fit(number: Decimal) -> Decimal:
    """The number to the twelve places that a line stores; the explanation has all of them."""
    return number.quantize(TWELFTH) if number.as_tuple().exponent < PLACES else number  # type: ignore[operator] # finite
