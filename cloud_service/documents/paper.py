"""What a printed invoice says, as frozen values: filled from the stored invoice by `flow/deliver`."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from cloud_service.domain.customers.address_reader import read_address
from cloud_service.domain.customers.postal_address import PostalAddress
from common.errors import InputError

Kind = Literal["invoice", "credit_note"]
Role = Literal["whole", "corrected", "partial", "advance"]


@dataclass(frozen=True, slots=True)
class Party:
    """Seller or buyer as they were on the day of issue; `address` is one entry per printed line."""

    name: str
    address: tuple[str, ...] = ()
    country: str = ""
    number: str = ""
    vat_id: str = ""
    email: str = ""
    phone: str = ""
    website: str = ""
    tax_number: str = ""  # of the tax office
    company_number: str = ""  # of the register of companies
    reference: str = ""  # the buyer's own, for its bookkeeping (BT-10; in Germany the Leitweg-ID)
    electronic_address: str = ""  # scheme and address of e-invoices, for example 0192:987654321
    entered: PostalAddress | None = None  # the address in its fields, where they were kept

    @property
    def postal(self) -> PostalAddress:
        """The address in its fields; of an invoice from before there were any they are read from its lines."""
        return self.entered or read_address("\n".join(self.address), self.country)


@dataclass(frozen=True, slots=True)
class Bank:
    """Where a transfer goes: by IBAN, or by the parts that the scheme of a country has."""

    holder: str
    iban: str = ""
    bic: str = ""
    scheme: str = "iban"  # a key of `bank_schemes.SCHEMES`
    bank_code: str = ""
    branch_code: str = ""
    account_number: str = ""
    bank_name: str = ""
    free_lines: str = ""


@dataclass(frozen=True, slots=True)
class LineFactor:
    """What an amount for time was multiplied by: 4.4 `contracted_kw`."""

    value: Decimal
    fact: str


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One charged quantity; lines of one `group` (a meter, a supply point) are printed below its name."""

    label: str
    quantity: Decimal
    unit: str
    price: Decimal | None
    amount: Decimal
    group: str = ""
    note: str = ""
    days: tuple[date, date] | None = None  # where it is for other days than the whole invoice; both included
    tax_category: str = "O"  # EN 16931: S, Z, E, AE, G, K, O
    tax_percent: Decimal = Decimal(0)
    utility: str = ""  # electricity, water, gas, heat, cooling; empty for none
    charge: str = ""  # the kind of price; `rounding`, `fees` and `interest` are called in the reader's language
    is_rounding: bool = False  # the difference to the smallest coin
    contract: int | None = None  # whose supply it is of
    estimated: bool = False  # whether something of the quantity was not read but estimated
    times: LineFactor | None = None  # of an amount for time: the fact of the connection that multiplies it

    def __post_init__(self) -> None:
        for value in (self.quantity, self.price, self.amount):
            if isinstance(value, float):
                raise InputError("a float is not an exact value", path=f"lines: {self.label}")


@dataclass(frozen=True, slots=True)
class PaperTax:
    """One tax: its base and amount as they were rounded at issue."""

    label: str
    percent: Decimal
    base: Decimal
    amount: Decimal
    category: str = "S"
    reason: str = ""  # why none is charged, in the tariff's words
    of_advances: bool = False  # on bills in advance, as they had it


@dataclass(frozen=True, slots=True)
class PaperAdvance:
    """A bill in advance that the invoice takes off; `paid` is what had come of it by then, None where not known."""

    number: str
    day: date
    net: Decimal
    tax: Decimal
    paid: Decimal | None = None

    @property
    def total(self) -> Decimal:
        """With its tax."""
        return self.net + self.tax


@dataclass(frozen=True, slots=True)
class MonthEnergy:
    """What was used in one month, for the chart."""

    month: date
    energy: Decimal
    billed: bool = False  # belongs to the span of this invoice


@dataclass(frozen=True, slots=True)
class UtilityUse:
    """What was used of a utility on the billed days; a month of which nothing is known is not in `months`."""

    utility: str
    unit: str
    quantity: Decimal
    months: tuple[MonthEnergy, ...] = ()


@dataclass(frozen=True, slots=True)
class SupplyPoint:
    """Where is supplied, by its name and by the id that the country's grid has for it."""

    name: str
    grid_id: str
    utility: str = "electricity"


@dataclass(frozen=True, slots=True)
class MeterReading:
    """A register's consumption and its first and last index; one without an index has none."""

    meter: str
    register: str
    unit: str
    consumption: Decimal
    previous: Decimal | None = None
    current: Decimal | None = None
    multiplier: Decimal = Decimal(1)
    estimated: bool = False  # the last index, or something of the days
    utility: str = ""
    counts: str = ""  # what the register counts: import, export, import_night, water ...
    previous_day: date | None = None
    current_day: date | None = None
    previous_estimated: bool = False


@dataclass(frozen=True, slots=True)
class IntervalRow:
    """One interval of the annex: its beginning in the site's time and its energy."""

    start: datetime
    values: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Annex:
    """Interval values behind the invoice: one column per register."""

    columns: tuple[str, ...]
    rows: tuple[IntervalRow, ...]


@dataclass(frozen=True, slots=True)
class Supply:
    """A contract of the invoice: where it is supplied and what was read there."""

    contract: int
    grid_id: str = ""  # of the supply point
    meters: tuple[str, ...] = ()
    readings: tuple[MeterReading, ...] = ()


@dataclass(frozen=True, slots=True)
class InvoicePaper:
    """Everything on an invoice or credit note. Amounts are rounded already; nothing is computed from here on.

    `first_day` and `last_day` are both billed. `locale` is the buyer's (`de`, `en_IN`). `pay_url` empty prints no link.
    """

    kind: Kind
    number: str
    bill_date: date
    due_date: date
    first_day: date
    last_day: date
    currency: str
    locale: str
    seller: Party
    buyer: Party
    lines: tuple[PaperLine, ...]
    net: Decimal
    tax: Decimal
    total: Decimal
    taxes: tuple[PaperTax, ...] = ()
    account: str = ""
    supply_points: tuple[SupplyPoint, ...] = ()
    utility: str = "electricity"
    uses: tuple[UtilityUse, ...] = ()
    ended_on: date | None = None  # of a final bill: the last supplied day
    readings: tuple[MeterReading, ...] = ()
    bank: Bank | None = None
    pay_url: str = ""
    prepaid: bool = False
    settled: Decimal = Decimal(0)  # of the total, what credit had paid on the day of issue
    corrects: str = ""
    reason: str = ""
    local_total: Decimal | None = None
    local_currency: str = ""
    local_rate: Decimal | None = None
    annex: Annex | None = None
    role: Role = "whole"  # of an invoice: takes another's place, bills a part, asks for money before the supply
    advances: tuple[PaperAdvance, ...] = ()  # that it takes off; each is one of the lines too
    supplies: tuple[Supply, ...] = ()

    def __post_init__(self) -> None:
        if self.net + self.tax != self.total:
            raise InputError(f"{self.net} + {self.tax} is not {self.total}", path=f"invoice {self.number}")
        if self.last_day < self.first_day:
            raise InputError(f"{self.last_day} lies before {self.first_day}", path=f"invoice {self.number}")

    @property
    def days(self) -> int:
        """Number of billed days."""
        return (self.last_day - self.first_day).days + 1

    @property
    def is_advance(self) -> bool:
        """Whether it is a bill in advance, which another one settles."""
        return self.role in ("partial", "advance")

    @property
    def payable(self) -> bool:
        """Whether money is asked for: a positive invoice that no credit has settled."""
        return self.kind == "invoice" and self.due > 0

    @property
    def due(self) -> Decimal:
        """What is left to pay."""
        return self.total - self.settled
