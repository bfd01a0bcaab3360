"""Rows at once: a few by one INSERT, many by COPY, both in the session's transaction."""

from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.database.bulk_rows import FEW, add_rows, copy_rows, json_value, next_ids

COLUMNS = ("gateway", "reason", "body")


def quarantined(session: Session) -> list[tuple[int, str]]:
    """(id, reason) of what was added."""
    return [(row.id, row.reason) for row in session.execute(text("SELECT id, reason FROM quarantine ORDER BY id"))]


@pytest.mark.parametrize("count", [1, FEW, FEW + 1, 100])
def test_added_rows_have_the_ids_that_are_told(session: Session, count: int) -> None:
    ids = add_rows(session, "quarantine", COLUMNS, [("gw", f"reason {n}", b"") for n in range(count)])

    assert [(row_id, f"reason {n}") for n, row_id in enumerate(ids)] == quarantined(session)


def test_no_rows_need_no_statement(session: Session) -> None:
    copy_rows(session, "quarantine", COLUMNS, iter(()))

    assert [] == add_rows(session, "quarantine", COLUMNS, [])
    assert [] == quarantined(session)


@pytest.mark.parametrize("count", [FEW, FEW + 1])
def test_copied_rows_go_with_the_transaction(session: Session, count: int) -> None:
    copy_rows(session, "quarantine", COLUMNS, (("gw", "reason", b"") for _ in range(count)))
    before = len(quarantined(session))
    session.rollback()

    assert (count, []) == (before, quarantined(session))


def test_ids_taken_beforehand_are_not_given_again(session: Session) -> None:
    first, second = next_ids(session, "quarantine", 3), next_ids(session, "quarantine", 3)

    assert 6 == len({*first, *second})


def test_a_decimal_travels_as_text_in_json(session: Session) -> None:
    statement = text("SELECT cast(:document AS jsonb)")

    assert {"amount": "0.10"} == session.execute(
        statement, {"document": json_value({"amount": Decimal("0.10")})}
    ).scalar_one()
