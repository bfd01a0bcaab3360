"""Issued bills that were wrong, by commands."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.books.world import World
from tests.cloud_service.cli.commands import call, printed, refusal
from tests.cloud_service.flow.surplus import OCTOBER, SEPTEMBER, less_surplus, live_bills, roof, run


def test_a_credit_note_takes_a_bill_back_and_bills_its_days_anew(billed: World) -> None:
    done = call("correct", "credit", "INV-2026-00001", "--reason", "wrong", "--rebill", "--day", "2026-11-10")

    assert {
        "credit_note": "CN-2026-00001", "new": ["INV-2026-00003"], "total": "-118.29", "new_total": "118.29",
        "issued": True,
    } == done  # fmt: skip


CHANGE_A_DAY = text("""
    UPDATE interval_day SET "values" = overlay("values" placing '\\x02'::bytea from 1), total = total + 1000
     WHERE register_id = :register AND day = DATE '2026-10-05'
""")


def test_a_bill_is_touched_once_its_readings_change(billed: World) -> None:
    assert [] == call("correct", "touched")

    billed.session.execute(CHANGE_A_DAY, {"register": billed.registers[1]})
    billed.session.commit()

    (bill,) = call("correct", "touched", code=6)
    assert ("INV-2026-00002", 1, "2026-10-05") == (bill["number"], bill["days"], bill["first"])


def test_days_that_rate_as_before_have_no_difference(billed: World) -> None:
    assert "" == printed("correct", "difference", "INV-2026-00001", "--reason", "looked at", "--dry-run")


def test_what_a_new_bill_would_be_is_shown_and_nothing_issued(billed: World) -> None:
    words = ("correct", "credit", "INV-2026-00001", "--reason", "wrong", "--rebill", "--day", "2026-11-10")
    shown = call(*words, "--dry-run")

    assert ("118.29", False) == (shown["new_total"], shown["issued"])
    assert "CN-2026-00001" == call(*words)["credit_note"]  # the number was not used up


def test_a_credit_note_is_named_with_the_places_of_its_currency(billed: World) -> None:
    command = ("correct", "credit", "INV-2026-00001", "--reason", "wrong", "--rebill", "--day", "2026-11-10")

    assert "would be: CN-2026-00001 over -118.29, new bill INV-2026-00003 over 118.29\n" == printed(
        *command, "--dry-run"
    )
    assert ("-118.29", "118.29") == ((done := call(*command))["total"], done["new_total"])


@pytest.fixture
def surplus(session: Session, named_database: str) -> World:
    """September left 288 kWh over, which October used up; in truth they were 144."""
    world = roof(session)
    run(world, SEPTEMBER)
    run(world, OCTOBER)
    less_surplus(world)
    session.commit()
    return world


def test_later_bills_that_rest_on_a_bill_are_named_and_billed_anew_with_it(surplus: World) -> None:
    wrong = ("correct", "credit", "INV-2026-00001", "--reason", "wrong", "--day", "2026-12-10")
    assert ["INV-2026-00002"] == call(*wrong, "--dry-run")["resting"]
    assert "later_bills" == refusal(*wrong, "--rebill").code

    done = call(*wrong, "--rebill", "--following")
    assert [("INV-2026-00002", ["INV-2026-00004"], "154.00")] == [
        (each["number"], each["new"], each["new_total"]) for each in done["following"]
    ]
    assert [(9, "0.00"), (10, "154.00")] == live_bills(surplus)
