"""What an invoice still owes: the view against the ledger's own lines, after anything that may happen to it."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

import cloud_service
from cloud_service.store.receivables.invoice_balance import invoice_balance
from tests.books.model import Model
from tests.books.operations import Driver
from tests.books.proof import Books
from tests.books.world import build

LEDGER = text(  # every receivable line names its invoice; deposits, credit and the like name none
    """
    SELECT l.invoice_id, sum(l.amount) AS amount
      FROM ledger_line l
      JOIN ledger_account a ON a.id = l.ledger_account_id
      JOIN ledger_entry e ON e.id = l.ledger_entry_id
     WHERE a.kind = 'receivable' AND e.day <= :day
     GROUP BY l.invoice_id
    HAVING sum(l.amount) <> 0
    """
)
AT_DAY = text("SELECT invoice_id, outstanding FROM invoice_balance_at(:day) WHERE outstanding <> 0")
OF_ACCOUNT = text("SELECT * FROM invoice_balance_at('infinity', :account) ORDER BY invoice_id")
AT_END = text("SELECT * FROM invoice_balance_at('infinity') ORDER BY invoice_id")
FOREVER = date(9999, 12, 31)
DAY = timedelta(days=1)


@pytest.fixture
def lived(engine: Engine) -> Iterator[Driver]:
    """An operator's books after some random bills, payments, refunds, credit notes and write-offs of two clients."""
    with engine.connect() as connection, Session(connection, expire_on_commit=False) as session:
        world = build(session, tenants=2)
        session.commit()
        driver = Driver(world, Model(), Books(), seed=10)
        for _ in range(45):
            driver.step()
        yield driver


def ledger_at(session: Session, day: date) -> dict[int, Decimal]:
    return {row.invoice_id: row.amount for row in session.execute(LEDGER, {"day": day})}


def test_an_invoice_owes_what_the_ledger_says_of_it(lived: Driver) -> None:
    balance = invoice_balance.c
    rows = lived.session.execute(select(balance.invoice_id, balance.outstanding).where(balance.outstanding != 0))
    outstanding = {row.invoice_id: row.outstanding for row in rows}

    assert ledger_at(lived.session, FOREVER) == outstanding
    assert outstanding


def test_an_invoice_owed_at_the_end_of_a_day_what_the_ledger_says_of_that_day(lived: Driver) -> None:
    days = [lived.first + DAY * number for number in range(0, (lived.today - lived.first).days + 1, 2)]
    for day in days:
        rows = lived.session.execute(AT_DAY, {"day": day})
        assert ledger_at(lived.session, day) == {row.invoice_id: row.outstanding for row in rows}, day


def test_view_and_function_say_the_same_and_tell_apart_what_settled_an_invoice(lived: Driver) -> None:
    query = select(invoice_balance).order_by(invoice_balance.c.invoice_id)
    rows = lived.session.execute(query).all()
    account = lived.world.accounts[0]
    of_account = lived.session.execute(query.where(invoice_balance.c.account_id == account)).all()

    assert rows == lived.session.execute(AT_END).all()
    assert of_account == lived.session.execute(OF_ACCOUNT, {"account": account}).all()
    assert all(row.settled == row.received + row.credited + row.written_off for row in rows)
    assert all(max(row.total, 0) == row.settled + row.outstanding for row in rows)
    assert all(any(getattr(row, kind) for row in rows) for kind in ("received", "credited", "written_off"))


# -- one place -----------------------------------------------------------------------------------------------------

AGAIN = re.compile(
    r"sum\((?:\w+\.)?amount\)(?:(?!SELECT).)*?FROM allocation\b(?:(?!SELECT).)*?invoice_id(?: = | GROUP|\s*$)"
    r"|func\.sum\(Allocation\.amount\)(?:(?!select\().)*?Allocation\.invoice_id",
    re.DOTALL,
)


def sums_by_invoice(source: str) -> list[str]:
    """Statements that add up the allocations of an invoice; those that do so by source of the money are no balance."""
    joined = re.sub(r'"\s*\n\s*f?"', "", source)
    return [
        match.group()
        for match in AGAIN.finditer(joined)
        if not re.match(r"(?:(?!SELECT).)*?GROUP BY payment_id", joined[match.end() :], re.DOTALL)
    ]


@pytest.mark.parametrize(
    "statement",
    [
        'text("SELECT i.total - (SELECT sum(a.amount) FROM allocation a"\n    " WHERE a.invoice_id = i.id) AS rest")',
        "SELECT invoice_id, sum(amount) AS settled FROM allocation GROUP BY invoice_id",
        "select(func.sum(Allocation.amount)).where(Allocation.invoice_id == Invoice.id)",
    ],
)
def test_a_balance_that_is_written_again_is_seen(statement: str) -> None:
    assert sums_by_invoice(statement)


def test_nothing_else_in_the_product_knows_what_an_invoice_owes() -> None:
    root = Path(cloud_service.__file__).parent
    sources = [path for path in root.rglob("*.py") if "migrations" not in path.parts]
    assert {} == {
        str(path.relative_to(root)): again for path in sources if (again := sums_by_invoice(path.read_text()))
    }
