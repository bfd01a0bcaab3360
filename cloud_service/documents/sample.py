"""A made-up bill, to see a theme before it is used."""

from datetime import date
from decimal import Decimal

from cloud_service.documents.paper import (
    Bank,
    InvoicePaper,
    MeterReading,
    MonthEnergy,
    PaperLine,
    PaperTax,
    Party,
    UtilityUse,
)
from common.period import add_months

MONTHS = (
    421,
    455,
    489,
    512,
    460,
    401,
    352,
    322,
    301,
    330,
    371,
    415,
    412,
    398,
    455,
    501,
    472,
    390,
    344,
    310,
    295,
    321,
    366,
    437,
)  # the last is the billed one


def sample_invoice(locale: str = "en", seller: str = "Your company", currency: str = "EUR") -> InvoicePaper:
    """A bill of one month with every block of the template on it."""
    net, tax = Decimal("146.01"), Decimal("27.74")
    return InvoicePaper(
        kind="invoice",
        number="INV-2026-00042",
        bill_date=date(2026, 11, 2),
        due_date=date(2026, 11, 16),
        first_day=date(2026, 10, 1),
        last_day=date(2026, 10, 31),
        currency=currency,
        locale=locale,
        seller=Party(
            seller, ("Street 1", "12345 Town"), "DE", "", "DE123456789", "service@example.com", "+49 30 555 01"
        ),
        buyer=Party("Example Client", ("Client Street 7a", "80331 Munich"), "DE", "C-100482"),
        lines=(
            PaperLine(
                "Energy, high tariff", Decimal("312.4"), "kWh", Decimal("0.3125"), Decimal("97.63"), "Flat 7 · M-0007"
            ),
            PaperLine(
                "Energy, low tariff", Decimal("124.6"), "kWh", Decimal("0.2648"), Decimal("32.99"), "Flat 7 · M-0007"
            ),
            PaperLine("Standing charge", Decimal(31), "day", Decimal("0.4964"), Decimal("15.39"), "Flat 7 · M-0007"),
        ),
        net=net,
        tax=tax,
        total=net + tax,
        taxes=(PaperTax("VAT", Decimal(19), net, tax),),
        account="A-0042",
        uses=(UtilityUse("electricity", "kWh", Decimal("437.0"), _months()),),
        readings=(
            MeterReading(
                "M-0007",
                "1.8.0",
                "kWh",
                Decimal(437),
                Decimal("10250.5"),
                Decimal("10687.5"),
                counts="import",
                utility="electricity",
                previous_day=date(2026, 10, 1),
                current_day=date(2026, 11, 1),
            ),
        ),
        bank=Bank(seller, "DE02120300000000202051", "BYLADEM1001"),
        pay_url="https://energy.example/pay/00000000-0000-0000-0000-000000000000",
    )


def _months() -> tuple[MonthEnergy, ...]:
    newest = date(2026, 10, 1)
    firsts = [add_months(newest, at - len(MONTHS) + 1) for at in range(len(MONTHS))]
    return tuple(
        MonthEnergy(first, Decimal(energy), billed=first == newest)
        for first, energy in zip(firsts, MONTHS, strict=True)
    )
