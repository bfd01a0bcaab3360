from datetime import date
from decimal import Decimal

import pytest
from psycopg.errors import UniqueViolation
from sqlalchemy import Engine, text

from cloud_service.domain.receivables.ledger import LedgerEntry, payment_lines
from cloud_service.store.receivables.ledger import balances, book, lock_accounts
from tests.cloud_service.till import Till

D = Decimal


def entry(till: Till, key: str, amount: str, day: date = date(2026, 11, 5)) -> LedgerEntry:
    lines = payment_lines(till.account, D(amount))
    return LedgerEntry(till.world.entity, "payment", key, day, "EUR", lines, "cash", "mary", {"note": 1})


def test_entries_are_written_with_their_lines_and_ledger_accounts_are_opened_once(till: Till) -> None:
    ids = book(till.session, [entry(till, "a", "10"), entry(till, "b", "5")])
    rows = till.session.execute(
        text("SELECT e.id, count(*) FROM ledger_entry e JOIN ledger_line l ON l.ledger_entry_id = e.id GROUP BY 1")
    )

    assert dict.fromkeys(ids, 2) == {row[0]: row[1] for row in rows}
    assert 2 == till.session.execute(text("SELECT count(*) FROM ledger_account")).scalar()


def test_an_entry_of_nothing_is_not_written_and_has_the_id_zero(till: Till) -> None:
    assert [0] == book(till.session, [entry(till, "a", "0")])
    first, nothing, last = book(till.session, [entry(till, "b", "1"), entry(till, "c", "0"), entry(till, "d", "1")])

    assert (0, True, True) == (nothing, first > 0, last > first)


def test_a_business_key_is_booked_once(till: Till) -> None:
    book(till.session, [entry(till, "a", "10")])
    with pytest.raises(UniqueViolation, match="business_key"):
        book(till.session, [entry(till, "a", "10")])


def test_balances_are_as_at_a_day_and_of_one_account_or_all(till: Till) -> None:
    book(till.session, [entry(till, "a", "10"), entry(till, "b", "5", date(2026, 11, 6))])

    assert {("cash", "EUR"): D(15), ("credit", "EUR"): D(-15)} == balances(till.session)
    assert {("cash", "EUR"): D(10), ("credit", "EUR"): D(-10)} == balances(till.session, day=date(2026, 11, 5))
    assert {("credit", "EUR"): D(-15)} == balances(till.session, account_id=till.account)
    assert {} == balances(till.session, entity_id=till.world.entity + 1)


def test_an_account_that_is_locked_is_not_locked_by_another(till: Till, engine: Engine) -> None:
    till.session.commit()
    lock_accounts(till.session, [till.account, till.account])
    with engine.connect() as other:
        rows = other.execute(text("SELECT id FROM account FOR NO KEY UPDATE SKIP LOCKED")).all()

    assert [] == rows
