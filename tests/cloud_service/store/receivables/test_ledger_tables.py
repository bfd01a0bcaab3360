"""What the ledger's tables promise by themselves, whoever writes to them."""

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.cloud_service.till import Till


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_line", "allocation"])
def test_what_is_booked_is_neither_changed_nor_deleted(
    till: Till, owner: psycopg.Connection[object], table: str
) -> None:
    till.bill("100.00")
    till.pay("20.00")
    till.session.commit()

    for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
        with pytest.raises(psycopg.errors.RestrictViolation, match="insert-only"):
            owner.execute(statement)


OPEN = text("INSERT INTO ledger_account (legal_entity_id, kind, currency) VALUES (:entity, :kind, 'EUR')")


def test_a_ledger_account_is_of_a_known_kind(till: Till) -> None:
    with pytest.raises(IntegrityError, match="ck_ledger_account_kind"):
        till.session.execute(OPEN, {"entity": till.world.entity, "kind": "petty_cash"})


def test_a_ledger_account_of_nobody_is_there_once(till: Till) -> None:
    till.session.execute(OPEN, {"entity": till.world.entity, "kind": "cash"})
    with pytest.raises(IntegrityError, match="uq_ledger_account"):
        till.session.execute(OPEN, {"entity": till.world.entity, "kind": "cash"})


def test_an_allocation_has_one_source_at_most(till: Till) -> None:
    bill = till.bill("100.00")
    payment = till.paid("20.00")

    with pytest.raises(IntegrityError, match="ck_allocation_source"):
        till.session.execute(
            text(
                "INSERT INTO allocation (invoice_id, payment_id, credit_note_id, ledger_entry_id, amount, day)"
                " SELECT :i, :p, :i, min(id), 1, '2026-11-05' FROM ledger_entry"
            ),
            {"i": bill.id, "p": payment},
        )
