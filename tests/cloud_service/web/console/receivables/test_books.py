import csv
import io
from decimal import Decimal

from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.pages import text_of


def test_reports_and_their_files_tell_the_same_and_only_of_ones_own(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    days = "from=2026-09-01&to=2026-11-30"
    assert "Energy" in text_of(clerk.get(f"/reports/revenue?{days}").text)
    book = text_of(clerk.get(f"/reports/cash-book?{days}").text)
    assert "bank R-1" in book
    assert "20.00" in book
    journal = list(csv.DictReader(io.StringIO(clerk.get(f"/reports/journal.csv?{days}").text.removeprefix("\ufeff"))))

    assert sum(Decimal(line["debit"]) for line in journal) == sum(Decimal(line["credit"]) for line in journal) > 0
    assert {"A-1", "A-2", ""} == {line["account"] for line in journal}  # Z-1 is of another entity
    revenue = clerk.get(f"/reports/revenue.csv?{days}").text
    assert "EUR" in revenue
    assert "70.00" not in revenue
