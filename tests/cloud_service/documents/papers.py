"""Builders of papers with defaults; tests change only what they are about."""

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pypdf

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

D = Decimal
SELLER = Party(
    "Nordlicht Energie GmbH",
    ("Hafenstraße 12", "20457 Hamburg"),
    country="DE",
    vat_id="DE123456789",
    email="service@nordlicht.example",
    phone="+49 40 555 0100",
)
BUYER = Party("Jürgen Größmann", ("Königsallee 7a", "80331 München"), country="DE", number="K-100482")
BANK = Bank("Nordlicht Energie GmbH", "DE02120300000000202051", "BYLADEM1001")
LINES = (
    PaperLine("Arbeitspreis", D("1834.25"), "kWh", D("0.3125"), D("573.20"), "Zähler 1EMH0010234567"),
    PaperLine("Grundpreis", D(1), "month", D("24.90"), D("24.90"), "Zähler 1EMH0010234567"),
    PaperLine("PV-Einspeisung", D("-640.5"), "kWh", D("0.0811"), D("-51.94"), "Zähler 1EMH0010234568"),
)
HISTORY = tuple(
    MonthEnergy(date(2025 + (10 + at) // 12, (10 + at) % 12 + 1, 1), D(energy), billed=at == 11)
    for at, energy in enumerate((912, 1044, 1189, 1102, 987, 824, 751, 710, 698, 723, 801, 1834))
)
READINGS = (
    MeterReading(
        "1EMH0010234567", "1.8.0", "kWh", D("1834.25"), D("48211.5"), D("50045.75"), utility="electricity",
        counts="import", previous_day=date(2026, 10, 1), current_day=date(2026, 11, 1),
    ),
)  # fmt: skip


def make_paper(**changes: Any) -> InvoicePaper:
    """A German invoice of October 2026 over 649.93 €."""
    paper = InvoicePaper(
        kind="invoice",
        number="RE-2026-004711",
        bill_date=date(2026, 11, 5),
        due_date=date(2026, 11, 19),
        first_day=date(2026, 10, 1),
        last_day=date(2026, 10, 31),
        currency="EUR",
        locale="de",
        seller=SELLER,
        buyer=BUYER,
        lines=LINES,
        net=D("546.16"),
        tax=D("103.77"),
        total=D("649.93"),
        taxes=(PaperTax("USt", D(19), D("546.16"), D("103.77")),),
        account="ET-2026-0771",
        uses=(UtilityUse("electricity", "kWh", D("1834.25"), HISTORY),),
        readings=READINGS,
        bank=BANK,
        pay_url="https://pay.nordlicht.example/pay/6c1f8a52-8a50-4d0b-9b4b-5a0f3bb8a5e1",
    )
    return replace(paper, **changes)


def taxed_paper(**changes: Any) -> InvoicePaper:
    """The same with 19 % of VAT on each line and a buyer who can be reached: what an e-invoice needs."""
    lines = tuple(replace(line, tax_category="S", tax_percent=D(19)) for line in LINES)
    buyer = replace(BUYER, email="j@example.org", reference="04011000-1234512345-35")
    return make_paper(**({"lines": lines, "buyer": buyer} | changes))


def reachable(paper: InvoicePaper) -> InvoicePaper:
    """The same between parties that Peppol knows."""
    seller = replace(paper.seller, electronic_address="9930:DE123456789")
    return replace(paper, seller=seller, buyer=replace(paper.buyer, electronic_address="0204:04011000-1234512345-35"))


def with_lines(*lines: PaperLine, **changes: Any) -> InvoicePaper:
    """An untaxed invoice of just these lines."""
    net = sum((line.amount for line in lines), D(0))
    return make_paper(lines=lines, net=net, tax=D(0), total=net, taxes=(), **changes)


def line(label: str = "Energy", amount: str = "10.00", quantity: str = "100", price: str = "0.10") -> PaperLine:
    """One line."""
    return PaperLine(label, D(quantity), "kWh", D(price), D(amount))


def text_of(pdf: bytes) -> str:
    """All that the pages of a PDF say, with plain spaces."""
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).replace("\u00a0", " ")
