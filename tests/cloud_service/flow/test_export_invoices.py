"""The invoices of some days as a spreadsheet."""

import io
import zipfile
from datetime import date
from decimal import Decimal

from lxml import etree
from sqlalchemy.orm import Session

from cloud_service.flow import collect
from cloud_service.flow.export_invoices import invoice_spreadsheet
from cloud_service.flow.issue import issue
from tests.books.operations import rated
from tests.books.world import World, build

TODAY = date(2026, 12, 1)


def table(world: World, first_day: date, end_day: date) -> list[list[str]]:
    """The cells of each row as text."""
    with zipfile.ZipFile(io.BytesIO(invoice_spreadsheet(world.session, first_day, end_day, TODAY))) as file:
        sheet = etree.fromstring(file.read("xl/worksheets/sheet1.xml"))
    return [["".join(cell.itertext()) for cell in row.iter("{*}c")] for row in sheet.iter("{*}row")]


def issue_at(world: World, index: int, day: date) -> None:
    contract = rated(world.contracts[index], world.accounts[index], date(2026, 10, 1), Decimal("100.00"))
    issue(world.session, [contract], bill_date=day, author="t")


def test_a_row_an_invoice_with_what_came_and_what_is_left_the_oldest_first(session: Session) -> None:
    world = build(session, tenants=2)
    issue_at(world, 0, date(2026, 11, 3))
    issue_at(world, 1, date(2026, 11, 2))
    collect.pay(
        session, world.accounts[0], Decimal("19.00"), provider="bank", reference="1", day=date(2026, 11, 9), author="t"
    )

    head, first, second = table(world, date(2026, 11, 1), date(2026, 12, 1))

    assert ["BILL NO", "TENANT NAME"] == head[:2]
    assert ("Tenant 2", [119, 0, 119]) == (first[1], [int(Decimal(cell)) for cell in first[5:8]])
    assert ("Tenant 1", [119, 19, 100, 1]) == (second[1], [int(Decimal(cell)) for cell in second[5:9]])  # 1 kWh


def test_the_end_day_is_not_in_it(session: Session) -> None:
    world = build(session, tenants=1)
    issue_at(world, 0, date(2026, 11, 2))

    assert 2 == len(table(world, date(2026, 11, 2), date(2026, 11, 3)))
    assert 1 == len(table(world, date(2026, 11, 1), date(2026, 11, 2)))
