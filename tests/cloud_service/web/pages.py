"""What the tests of pages read: the text of a page, the rows of a file, the rows of the database."""

import csv
import io
import re
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from cloud_service.store.database.session import transaction
from tests.cloud_service.web.conftest import Console, post

CONNECTION = (
    "SELECT k.number, s.name || ': ' || p.name AS point, a.number AS account, t.code, m.serial, n.opening, k.during"
    " FROM contract k JOIN service_point p ON p.id = k.service_point_id JOIN site s ON s.id = p.site_id"
    " JOIN account a ON a.id = k.account_id JOIN tariff_assignment g ON g.contract_id = k.id"
    " JOIN tariff t ON t.id = g.tariff_id LEFT JOIN meter_mount n ON n.service_point_id = p.id AND upper_inf(n.during)"
    " LEFT JOIN meter m ON m.id = n.meter_id WHERE k.number = :number"
)
"""What a connection has, by its number."""


def text_of(html: str) -> str:
    """What a person reads, on one line."""
    bare = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", bare))


def csv_rows(file: str) -> list[dict[str, str]]:
    """The lines of a CSV file by the heads of their columns."""
    return list(csv.DictReader(io.StringIO(file.removeprefix("\ufeff"))))


def bill_numbers(page: str) -> list[str]:
    """The bill numbers of a page in their order."""
    return re.findall(r'data-label="BILL NO"[^>]*><a href="[^"]+"><bdi>([^<]+)', page)


def database_rows(console: Console, statement: str, **values: Any) -> list[Any]:
    """What the database answers."""
    with transaction(console.engine) as session:
        return list(session.execute(text(statement), values))


def database_value(console: Console, query: str) -> Any:
    """The only value of the only row."""
    return database_rows(console, query)[0][0]


def open_amount(console: Console, number: str) -> Decimal:
    """What an invoice still owes, in its currency."""
    (row,) = database_rows(
        console, "SELECT i.total - coalesce(sum(x.amount), 0) AS left FROM invoice i LEFT JOIN allocation x"
        " ON x.invoice_id = i.id WHERE i.number = :number GROUP BY i.id", number=number,
    )  # fmt: skip
    return Decimal(row.left)


def send_as_clerk(console: Console, where: str, **fields: Any) -> Any:
    """Fill in the form that stands at an address, as somebody of the billing office."""
    return post(console.sign_in("billing"), where, where, **fields)


def connection_form(console: Console, verb: str, number: str = "K-1") -> str:
    """Where a form of a connection stands."""
    return f"/connections/{console.ids[number]}/{verb}"
