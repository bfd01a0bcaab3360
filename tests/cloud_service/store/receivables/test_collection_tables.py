"""What the tables around unpaid money promise by themselves."""

from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.cloud_service.till import Till

DISPUTE = text("INSERT INTO dispute (invoice_id, opened_on, reason, author) VALUES (:i, '2026-11-05', 'x', 't')")
STEP = text(
    "INSERT INTO dunning_step (invoice_id, step, name, day, outstanding) VALUES (:i, 1, 'x', '2026-11-30', 119)"
)
COMMAND = text(
    "INSERT INTO gateway_command (service_point_id, meter_id, account_id, kind, reason, author)"
    " SELECT service_point_id, meter_id, :a, :kind, 'x', 't' FROM meter_mount"
)


def test_an_invoice_has_one_open_dispute_and_any_number_of_closed_ones(till: Till) -> None:
    bill = till.bill("100.00")
    for _ in range(2):
        till.session.execute(DISPUTE, {"i": bill.id})
        till.session.execute(text("UPDATE dispute SET closed_on = '2026-11-06'"))
    till.session.execute(DISPUTE, {"i": bill.id})

    with pytest.raises(IntegrityError, match="ix_dispute_open"):
        till.session.execute(DISPUTE, {"i": bill.id})


def test_a_dunning_step_is_taken_once(till: Till) -> None:
    bill = till.bill("100.00")
    till.session.execute(STEP, {"i": bill.id})

    with pytest.raises(IntegrityError, match="uq_dunning_step"):
        till.session.execute(STEP, {"i": bill.id})


def test_a_dunning_step_that_was_taken_stays(till: Till, owner: psycopg.Connection[Any]) -> None:
    till.session.execute(STEP, {"i": till.bill("100.00").id})
    till.session.commit()

    with pytest.raises(psycopg.errors.RestrictViolation, match="insert-only"):
        owner.execute("DELETE FROM dunning_step")


def test_one_order_for_a_meter_is_under_way_at_a_time(till: Till) -> None:
    till.session.execute(COMMAND, {"a": till.account, "kind": "disconnect"})
    till.session.execute(text("UPDATE gateway_command SET state = 'done'"))
    till.session.execute(COMMAND, {"a": till.account, "kind": "reconnect"})

    with pytest.raises(IntegrityError, match="ix_gateway_command_open"):
        till.session.execute(COMMAND, {"a": till.account, "kind": "disconnect"})


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("INSERT INTO payment_plan (account_id, author, state) VALUES (:a, 't', 'late')", "ck_payment_plan_state"),
        ("INSERT INTO prepaid_state (account_id, state) VALUES (:a, 'rich')", "ck_prepaid_state_state"),
    ],
)
def test_a_state_nobody_knows_is_refused(till: Till, statement: str, constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        till.session.execute(text(statement), {"a": till.account})
