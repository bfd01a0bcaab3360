import csv
import io
import re

import pytest
from flask.testing import FlaskClient

from tests.cloud_service.web.test_dashboard import text_of

HEADS = (
    "BILL NO",
    "TENANT NAME",
    "BILL DATE",
    "DUE DATE",
    "BILL AMOUNT",
    "RECEIVED AMOUNT",
    "OUTSTANDING",
    "ENERGY kWh",
    "PREPAID",
)


def numbers(page: str) -> list[str]:
    """The bill numbers of a page in their order."""
    return re.findall(r'data-label="BILL NO"[^>]*><a href="[^"]+"><bdi>([^<]+)', page)


def rows(answer: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.removeprefix("\ufeff"))))


@pytest.mark.parametrize("head", HEADS)
def test_the_list_and_its_file_have_the_exact_heads(admin: FlaskClient, head: str) -> None:
    heads = [text_of(one).strip() for one in re.findall(r"<th scope.*?</th>", admin.get("/bills").text, re.DOTALL)]

    assert head in heads
    assert head in rows(admin.get("/bills.csv").text)[0]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["INV-3", "INV-2", "INV-1"]),
        ("sort=number&dir=asc", ["INV-1", "INV-2", "INV-3"]),
        ("sort=outstanding&dir=desc", ["INV-1", "INV-2", "INV-3"]),
        ("sort=energy&dir=asc", ["INV-3", "INV-2", "INV-1"]),
        ("status=overdue", ["INV-1"]),
        ("status=part&status=paid", ["INV-3", "INV-2"]),
        ("q=amina", ["INV-2", "INV-1"]),
        ("q=amina+status:overdue", ["INV-1"]),
        ("q=INV-2", ["INV-2"]),
        ("q=%25", []),
        ("from=2026-11-10&to=2026-11-10", ["INV-2"]),
        ("mode=prepaid", []),
        ("client=C-2", ["INV-3"]),
        ("sort=nonsense&dir=sideways&page=99&size=x&from=yesterday&status=strange", ["INV-3", "INV-2", "INV-1"]),
        ("size=1&page=2", ["INV-2"]),
    ],
)
def test_the_address_says_what_is_shown_and_the_file_has_the_same(
    admin: FlaskClient, query: str, expected: list[str]
) -> None:
    assert expected == numbers(admin.get(f"/bills?{query}").text)
    if "page" not in query:
        assert expected == [row["BILL NO"] for row in rows(admin.get(f"/bills.csv?{query}").text)]


def test_a_row_has_its_amounts_to_the_cent(admin: FlaskClient) -> None:
    row = rows(admin.get("/bills.csv?q=INV-2").text)[0]

    assert ("50.000000", "20.000000", "30.000000") == (row["BILL AMOUNT"], row["RECEIVED AMOUNT"], row["OUTSTANDING"])
    assert ("500.250", "2026-11-10", "2026-11-24", "KES") == (
        row["ENERGY kWh"],
        row["BILL DATE"],
        row["DUE DATE"],
        row["Currency"],
    )


def test_an_amount_in_another_currency_is_in_local_currency_too(admin: FlaskClient) -> None:
    row = rows(admin.get("/bills.csv?q=INV-3").text)[0]

    assert ("EUR", "KES") == (row["Currency"], row["Local currency"])
    assert 1500 == float(row["BILL AMOUNT (Local Currency)"])


def test_an_empty_list_says_why_and_offers_a_way_out(admin: FlaskClient) -> None:
    page = text_of(admin.get("/bills?q=nobody").text)

    assert "No bill matches these filters" in page
    assert "Clear filters" in page


def test_the_export_link_carries_the_filters(admin: FlaskClient) -> None:
    assert 'href="/bills.csv?status=overdue"' in admin.get("/bills?status=overdue").text


def test_pages_never_overlap_and_never_leave_one_out(admin: FlaskClient) -> None:
    shown = [numbers(admin.get(f"/bills?size=1&page={n}&sort=bill_date&dir=asc").text) for n in (1, 2, 3)]

    assert [["INV-1"], ["INV-2"], ["INV-3"]] == shown


@pytest.mark.parametrize(
    "path",
    ["/payments", "/clients", "/accounts", "/connections", "/meters", "/tariffs", "/runs", "/gateways", "/audit"],
)
def test_every_list_sorts_by_every_column_it_offers_and_has_its_file(console_root: FlaskClient, path: str) -> None:
    page = console_root.get(path).text
    sorts = set(re.findall(r"[?&;]sort=([a-z_]+)", page))

    for name in sorts:
        for way in ("asc", "desc"):
            assert 200 == console_root.get(f"{path}?sort={name}&dir={way}&q=a").status_code
    assert 200 == console_root.get(f"{path}.csv").status_code
    assert sorts or path == "/runs"
