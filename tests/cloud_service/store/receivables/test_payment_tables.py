"""What the tables of payments promise by themselves."""

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.cloud_service.till import Till


def test_a_payment_is_neither_changed_nor_deleted(till: Till, owner: psycopg.Connection[object]) -> None:
    till.pay("5.00")
    till.session.commit()

    for statement in ("UPDATE payment SET amount = 6", "DELETE FROM payment"):
        with pytest.raises(psycopg.errors.RestrictViolation, match="insert-only"):
            owner.execute(statement)


@pytest.mark.parametrize(("table", "columns", "values"), [
    ("payment", "account_id, provider, provider_ref, amount, currency, day", ":a, 'bank', 'B', 1, 'EUR', '2026-11-05'"),
    ("payment_request", "account_id, provider, provider_ref, url, amount, currency", ":a, 'bank', 'B', '', 1, 'EUR'"),
    ("payment_event", "provider, event_id, kind, body", "'bank', 'B', 'paid', ''"),
])  # fmt: skip
def test_a_providers_object_has_one_row(till: Till, table: str, columns: str, values: str) -> None:
    insert = text(f"INSERT INTO {table} ({columns}) VALUES ({values})")
    till.session.execute(insert, {"a": till.account})

    with pytest.raises(IntegrityError, match=f"uq_{table}"):
        till.session.execute(insert, {"a": till.account})


def test_a_payment_of_an_unknown_kind_is_refused(till: Till) -> None:
    with pytest.raises(IntegrityError, match="ck_payment_kind"):
        till.session.execute(
            text(
                "INSERT INTO payment (account_id, provider, provider_ref, kind, amount, currency, day)"
                " VALUES (:a, 'bank', 'B', 'gift', 1, 'EUR', '2026-11-05')"
            ),
            {"a": till.account},
        )
