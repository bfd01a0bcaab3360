"""What the database itself refuses of invoices and billing runs."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.books.world import World
from tests.cloud_service.store.invoicing.october import OCTOBER, issue_month, plan_run


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        pytest.param(
            "INSERT INTO invoice_span (invoice_id, contract_id, during) SELECT invoice_id, contract_id, '[2026-10-31,)'"
            " FROM invoice_span",
            "ex_invoice_span_live",
            id="days that a live invoice bills",
        ),
        pytest.param("UPDATE invoice SET total = total + 1", "insert-only|permission denied", id="another total"),
        pytest.param("DELETE FROM invoice_line", "insert-only|permission denied", id="a line less"),
        pytest.param("UPDATE billing_run SET state = 'somewhere'", "state", id="an unknown state"),
    ],
)
def test_what_the_tables_promise_holds_against_any_program(world: World, statement: str, fault: str) -> None:
    issue_month(world)
    plan_run(world)

    with pytest.raises(DBAPIError, match=fault):
        world.session.execute(text(statement))


def test_an_item_of_a_live_run_keeps_others_off_its_days(world: World) -> None:
    plan_run(world)
    again = text(
        "INSERT INTO billing_item (billing_run_id, contract_id, during) SELECT billing_run_id, contract_id, during"
        " FROM billing_item LIMIT 1"
    )

    with pytest.raises(DBAPIError, match="ex_billing_item_live"):
        world.session.execute(again)


def test_a_credited_span_frees_its_days(world: World) -> None:
    issue_month(world)
    world.session.execute(text("UPDATE invoice_span SET credited = true"))

    assert OCTOBER == issue_month(world).draft.during
