"""How fast bills are set: median and 95th percentile of single bills, a long annex, a run of many, and its memory.

`make bench-documents` or `.venv/bin/python deploy/bench/documents.py [BILLS]`. Every bill is a different one.
"""

import json
import resource
import statistics
import sys
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from cloud_service.documents import invoice_pdf
from cloud_service.documents.paper import (
    Annex,
    Bank,
    IntervalRow,
    InvoicePaper,
    MonthEnergy,
    PaperLine,
    PaperTax,
    Party,
    UtilityUse,
)
from cloud_service.documents.theme import Theme

LINES = 25
ANNEX_HOURS = 744
MONTH = 10


def bill(number: int, lines: int = LINES) -> InvoicePaper:
    """A two-page bill with its own number, quantities, totals and codes; its buyer's name is in one of six scripts."""
    names = (
        "Jürgen Größmann",
        "شركة النور للطاقة",
        "श्री विक्रम शर्मा",
        "北京绿能电力有限公司",
        "Ενέργεια Α.Ε.",
        "Żółć Energia",
    )
    rows = tuple(
        PaperLine(f"Arbeitspreis {at}", Decimal(100 + number + at), "kWh", Decimal("0.3125"),
                  (Decimal(100 + number + at) * Decimal("0.3125")).quantize(Decimal("0.01")), f"Zähler {at // 7}")
        for at in range(lines)
    )  # fmt: skip
    net = sum((row.amount for row in rows), Decimal(0))
    tax = (net * Decimal("0.19")).quantize(Decimal("0.01"))
    history = tuple(
        MonthEnergy(date(2026, month, 1), Decimal(300 + number % 97 + 40 * month), month == MONTH)
        for month in range(1, MONTH + 1)
    )
    return InvoicePaper(
        kind="invoice", number=f"RE-2026-{number:06}", bill_date=date(2026, 11, 5), due_date=date(2026, 11, 19),
        first_day=date(2026, 10, 1), last_day=date(2026, 10, 31), currency="EUR", locale="de",
        seller=Party("Nordlicht Energie GmbH", ("Hafenstraße 12", "20457 Hamburg"), vat_id="DE123456789"),
        buyer=Party(names[number % len(names)], ("Königsallee 7a", "80331 München"), number=f"K-{number}"),
        lines=rows, net=net, tax=tax, total=net + tax, taxes=(PaperTax("USt", Decimal(19), net, tax),),
        uses=(UtilityUse("electricity", "kWh", Decimal(1000 + number), history),),
        bank=Bank("Nordlicht Energie GmbH", "DE02120300000000202051", "BYLADEM1001"),
        pay_url=f"https://pay.example/pay/{number:032x}",
    )  # fmt: skip


def annexed(number: int) -> InvoicePaper:
    """The same with a month of hours behind it."""
    start = datetime(2026, 10, 1, tzinfo=UTC)
    rows = tuple(IntervalRow(start + timedelta(hours=at), (Decimal(at % 17) / 4,)) for at in range(ANNEX_HOURS))
    return replace(bill(number), annex=Annex(("1.8.0 kWh",), rows))


def seconds(paper: InvoicePaper) -> float:
    """Time to set one."""
    began = time.perf_counter()
    invoice_pdf.render(paper, Theme())
    return time.perf_counter() - began


def resident_mib() -> float:
    """Memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def main(count: int) -> None:
    first = seconds(bill(0))
    times = sorted(seconds(bill(number)) for number in range(1, 101))
    annex = statistics.median(seconds(annexed(number)) for number in range(5))
    before = resident_mib()
    began = time.perf_counter()
    for number in range(1000, 1000 + count):
        invoice_pdf.render(bill(number), Theme())
    took = time.perf_counter() - began
    result = {
        "first_ms": round(first * 1000), "median_ms": round(times[50] * 1000, 1), "p95_ms": round(times[95] * 1000, 1),
        "annex_744_ms": round(annex * 1000), "bills": count, "bills_per_s": round(count / took, 1),
        "rss_mib_before": round(before), "rss_mib_after": round(resident_mib()),
        "pdf_kib": round(len(invoice_pdf.render(bill(1), Theme())) / 1024),
    }  # fmt: skip
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
