"""What the database itself refuses, whoever asks: the application's role and, by triggers, even its owner."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg.errors import CheckViolation, InsufficientPrivilege, RestrictViolation
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from cloud_service.flow import collect
from cloud_service.flow.issue import issue
from cloud_service.store.database.bulk_rows import driver
from tests.books.operations import rated
from tests.books.world import World, build

DAY = date(2026, 11, 2)
FROZEN = ("invoice", "invoice_line", "ledger_entry", "ledger_line", "allocation", "payment", "audit", "dunning_step")


@pytest.fixture
def world(session: Session) -> World:
    world = build(session, tenants=2)
    contract, account = world.contracts[0], world.accounts[0]
    issue(session, [rated(contract, account, date(2026, 10, 1), Decimal("100.00"))], bill_date=DAY, author="t")
    for place in (0, 1):
        collect.pay(
            session, world.accounts[place], Decimal("50.00"), provider="bank", reference=str(place), day=DAY, author="t"
        )
    session.commit()
    return world


def run(session: Session, statement: str) -> None:
    """Plain SQL as the application's role, deferred checks included."""
    try:
        with driver(session).cursor() as cursor:
            cursor.execute(statement.encode())
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    finally:
        session.rollback()


@pytest.mark.parametrize("table", FROZEN)
def test_the_application_cannot_change_or_delete_what_was_issued(world: World, table: str) -> None:
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id"):
        with pytest.raises(InsufficientPrivilege):
            run(world.session, statement)


@pytest.mark.parametrize(
    "table", ["invoice", "invoice_line", "ledger_entry", "ledger_line", "allocation", "payment", "audit"]
)
def test_neither_can_the_owner(world: World, owner: psycopg.Connection[Any], table: str) -> None:
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id"):
        with pytest.raises(RestrictViolation, match="insert-only"):
            owner.execute(statement.encode())


def test_an_entry_that_does_not_balance_is_refused(world: World) -> None:
    with pytest.raises(CheckViolation, match="does not balance"):
        run(
            world.session,
            "WITH e AS (INSERT INTO ledger_entry (legal_entity_id, kind, business_key, day) VALUES"
            f" ({world.entity}, 'x', 'x', '2026-11-02') RETURNING id)"
            " INSERT INTO ledger_line (ledger_entry_id, ledger_account_id, amount)"
            " SELECT e.id, a.id, 1 FROM e, (SELECT min(id) AS id FROM ledger_account) a",
        )


def test_a_line_cannot_be_added_to_a_booked_entry(world: World) -> None:
    with pytest.raises(CheckViolation, match="does not balance"):
        run(
            world.session,
            "INSERT INTO ledger_line (ledger_entry_id, ledger_account_id, amount)"
            " SELECT min(ledger_entry_id), min(ledger_account_id), 1 FROM ledger_line",
        )


def test_an_entry_without_lines_is_refused(world: World) -> None:
    with pytest.raises(CheckViolation, match="has no lines"):
        run(
            world.session,
            "INSERT INTO ledger_entry (legal_entity_id, kind, business_key, day)"
            f" VALUES ({world.entity}, 'x', 'x', '2026-11-02')",
        )


def test_a_fact_is_booked_once(world: World) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation, match="business_key"):
        run(
            world.session,
            "INSERT INTO ledger_entry (legal_entity_id, kind, business_key, day)"
            f" SELECT {world.entity}, 'x', business_key, day FROM ledger_entry LIMIT 1",
        )


ALLOCATE = (
    "INSERT INTO allocation (invoice_id, payment_id, ledger_entry_id, amount, day)"
    " SELECT i.id, p.id, (SELECT min(id) FROM ledger_entry), {amount}, '2026-11-02' FROM invoice i, payment p"
    " WHERE p.account_id = {account}"
)


@pytest.mark.parametrize(
    ("amount", "place", "why"),
    [("80", 0, "would be settled with"), ("1", 0, "does not have"), ("1", 1, "does not have"), ("-60", 0, "settled")],
    ids=["more than owed", "more than paid", "money of another client", "less than nothing"],
)
def test_an_allocation_that_does_not_fit_is_refused(world: World, amount: str, place: int, why: str) -> None:
    with pytest.raises(CheckViolation, match=why):
        run(world.session, ALLOCATE.format(amount=amount, account=world.accounts[place]))


def test_a_payment_is_not_given_back_twice(world: World) -> None:
    with pytest.raises(CheckViolation, match="gives back more than is left"):
        run(
            world.session,
            "INSERT INTO payment (account_id, provider, provider_ref, kind, amount, currency, day, reverses_id)"
            " SELECT account_id, 'x', 'x', 'refund', -amount - 1, currency, day, id FROM payment LIMIT 1",
        )


def test_a_billed_tariff_version_cannot_be_edited(world: World, owner: psycopg.Connection[Any]) -> None:
    owner.execute("UPDATE tariff_version SET billed = true")
    for change in ("document = '{}'", "hash = 'x'", "billed = false", "during = '[2025-01-01,)'"):
        with pytest.raises(RestrictViolation, match="has been billed"):
            owner.execute(f"UPDATE tariff_version SET {change}")
    with pytest.raises(RestrictViolation, match="has been billed"):
        owner.execute("DELETE FROM tariff_version")


def test_a_billed_tariff_version_does_not_end_before_its_bills(world: World, owner: psycopg.Connection[Any]) -> None:
    owner.execute("UPDATE tariff_version SET billed = true")
    last = owner.execute("SELECT max(upper(during)) FROM invoice_span").fetchone()
    assert last is not None

    with pytest.raises(RestrictViolation, match="have been billed"):
        owner.execute("UPDATE tariff_version SET during = daterange(lower(during), %s)", (last[0] - timedelta(days=1),))
    owner.execute("UPDATE tariff_version SET during = daterange(lower(during), %s)", (last[0],))


def test_an_invoice_whose_row_was_changed_by_force_is_seen(world: World, owner: psycopg.Connection[Any]) -> None:
    from cloud_service.store.invoicing.issued_invoice import invoice_with_proof

    owner.execute("ALTER TABLE invoice_line DISABLE TRIGGER refuse_change")
    assert invoice_with_proof(world.session, 1).unchanged
    world.session.rollback()

    owner.execute("UPDATE invoice_line SET label = 'Something else'")

    assert not invoice_with_proof(world.session, 1).unchanged


def test_the_application_cannot_empty_a_table(world: World) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        world.session.execute(text("TRUNCATE audit"))
