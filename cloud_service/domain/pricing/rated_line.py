"""A priced line as it is kept: by rating, by billing runs, by lines that wait, until it stands on an invoice.

The engine's own `PricedLine` shares a head between connections; here it becomes a record of its own, in one place.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Context, Decimal

import msgspec
from msgspec import UNSET, UnsetType

from cloud_service.domain.pricing.priced_lines import PricedLine, TaxLine
from cloud_service.domain.pricing.tax import CASH

_ALL_DIGITS = Context(prec=10_000)
ZERO = Decimal(0)


class VatRate(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The VAT on a line: ["S", "19"] in JSON."""

    category: str  # EN 16931 VAT category code: S, Z, E, AE, O ...
    percent: Decimal


OUTSIDE_VAT = VatRate("O", ZERO)


class ChargeLine(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One priced quantity and all that explains it. A new field of invoice lines is written here."""

    charge: str  # the kind of price, a key of CHARGES; `rounding`, `share`, `difference` for lines of other origin
    id: str  # the charge's name in its tariff document
    label: str  # the text for the invoice
    utility: str  # electricity, water, gas, heat, cooling; empty for none
    unit: str  # of the quantity: kWh, kW, m³, month ...; empty for a bare amount
    tax_category: str  # name of the tax category of the tariff, empty for none
    path: str  # place of the rule in the tariff document
    start: date  # the first day this line is for
    end: date  # the day after the last
    quantity: Decimal  # in `unit`
    price: Decimal | None  # currency a unit; None where the rule has a fixed amount
    amount_unrounded: Decimal  # currency, exact
    amount: Decimal  # currency, rounded to its smallest unit: what is owed, net of taxes
    why: str  # in words: rule, source of the quantity, arithmetic, tariff version


class RatedLine(ChargeLine, frozen=True, kw_only=True, gc=False):
    """A line of a rated contract, with the VAT that applies to it on its days."""

    vat: VatRate = OUTSIDE_VAT
    estimated: bool | UnsetType = UNSET  # true where something of its quantity was not read but estimated


def rated_line(line: PricedLine, vat: VatRate, readings: Sequence[str] = (), *, estimated: bool = False) -> RatedLine:
    """The engine's line as a record; `readings` say in words what its quantity comes from."""
    head = line.head
    return RatedLine(
        charge=head.charge,
        id=head.id,
        label=head.label,
        utility=head.utility,
        unit=head.unit,
        tax_category=head.tax_category,
        path=head.path,
        start=head.start,
        end=head.end,
        quantity=shortest(line.quantity),
        price=None if line.price is None else shortest(line.price),
        amount_unrounded=shortest(line.amount_unrounded),
        amount=unsigned_zero(line.amount),
        why="; ".join((line.why, *readings, *(("something of it was estimated",) if estimated else ()))),
        vat=vat,
        estimated=True if estimated else UNSET,
    )


def stored_tax(tax: TaxLine) -> TaxLine:
    """The engine's tax with its numbers as they are kept."""
    return msgspec.structs.replace(
        tax,
        percent=shortest(tax.percent),
        base=unsigned_zero(tax.base),
        amount_unrounded=shortest(tax.amount_unrounded),
        amount=unsigned_zero(tax.amount),
    )


def is_coin(line: ChargeLine) -> bool:
    """Whether a line rounds a total to its coin."""
    return line.path == CASH


def shortest(number: Decimal) -> Decimal:
    """An exact number without trailing zeros; nothing has no sign."""
    return _ALL_DIGITS.normalize(number) if number else ZERO


def unsigned_zero(amount: Decimal) -> Decimal:
    """A rounded amount with all digits of its currency; nothing has no sign."""
    return amount or abs(amount)
