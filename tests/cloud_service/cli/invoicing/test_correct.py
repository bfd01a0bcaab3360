"""Issued bills that were wrong, by commands."""

from sqlalchemy import text

from tests.books.world import World
from tests.cloud_service.cli.commands import call, printed


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
