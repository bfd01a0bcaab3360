"""What is on no bill, by commands."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.invoicing import pending_lines
from cloud_service.store.invoicing.pending_lines import NewLine
from common.errors import ConflictError, InputError
from common.period import Span
from tests.books.world import World, build
from tests.cloud_service.cli.commands import call, printed, refusal
from tests.cloud_service.flow.surplus import run
from tests.cloud_service.store.invoicing.test_pending_lines import share

SEPTEMBER = Span(date(2025, 9, 1), date(2025, 10, 1))
OCTOBER = Span(date(2025, 10, 1), date(2025, 11, 1))


@pytest.fixture
def world(session: Session, named_database: str) -> World:
    """A tenant of September to November 2025, of which October is billed; a share waits."""
    world = build(session, tenants=1)
    session.execute(text("UPDATE contract SET during = daterange('2025-09-01', '2025-12-01')"))
    session.execute(text("UPDATE tariff_assignment SET during = daterange('2025-01-01', NULL)"))
    session.execute(text("UPDATE tariff_version SET during = daterange('2025-01-01', NULL)"))
    session.execute(text("UPDATE meter_mount SET during = tstzrange('2025-01-01', NULL)"))
    world.readings(world.registers[0], Span(SEPTEMBER.start, date(2025, 12, 1)))
    run(world, OCTOBER)
    line = share("100.00", start=SEPTEMBER.start, end=SEPTEMBER.end)
    pending_lines.add(session, [NewLine(world.contracts[0], "stairs", "EUR", line)], reason="Stairs", author="t")
    session.commit()
    return world


def test_days_and_lines_are_listed_with_their_reasons(world: World) -> None:
    listing = call("bill", "unbilled", code=6)

    assert [("V1", "2025-09-01", "left"), ("V1", "2025-11-01", "left")] == [
        (row["contract"], row["start"], row["state"]) for row in listing["days"]
    ]
    assert [("Heating", "100.00", True)] == [
        (line["label"], line["amount"], line["ended"]) for line in listing["lines"]
    ]
    text_ = printed("bill", "unbilled", code=6)
    assert "no run has taken these days up" in text_
    assert "final bill, or the next run" in text_


def test_what_was_left_behind_is_billed_since_a_day(world: World) -> None:
    done = call("bill", "run", "--since", "2025-09-01", "--contract", "V1", "--bill-date", "2025-12-10", "--no-mail")
    assert (2, 2, []) == (done["items"], done["issued"], done["parked"])

    listing = call("bill", "unbilled")
    assert ([], []) == (listing["days"], listing["lines"])  # the share went with September
    assert isinstance(refusal("bill", "run"), InputError)
    assert isinstance(refusal("bill", "run", "--month", "2025-09", "--since", "2025-09-01"), InputError)


def test_days_are_left_unbilled_and_billed_after_all(world: World) -> None:
    days = ("--from", "2025-09-01", "--until", "2025-10-01", "--reason", "goodwill")
    left = call("bill", "leave-unbilled", "V1", *days)
    assert ["2025-11-01"] == [row["start"] for row in call("bill", "unbilled", code=6)["days"]]
    assert isinstance(refusal("bill", "leave-unbilled", "V1", *days), ConflictError)

    call("bill", "after-all", str(left["left_unbilled"]))
    assert ["2025-09-01", "2025-11-01"] == [row["start"] for row in call("bill", "unbilled", code=6)["days"]]


def test_a_line_is_billed_at_once_or_taken_back(world: World) -> None:
    (bill,) = call("bill", "lines-now", "V1", "--bill-date", "2025-12-10")
    assert "100.00" == bill["total"]
    assert [] == call("bill", "lines-now", "V1")

    call("correct", "credit", bill["bill"], "--reason", "too early", "--day", "2025-12-11")
    (line,) = call("bill", "unbilled", code=6)["lines"]
    call("bill", "drop-line", str(line["id"]), "--reason", "wrong cost")
    assert [] == call("bill", "unbilled", code=6)["lines"]
