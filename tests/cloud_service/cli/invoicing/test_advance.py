"""Bills in advance by commands."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from common.errors import ConflictError, InputError
from tests.books.world import World, build
from tests.cloud_service.cli.commands import call, printed, refusal

SET = ("advance", "set", "V1", "--amount", "100", "--from", "2026-01-01")


@pytest.fixture
def world(session: Session, named_database: str) -> World:
    world = build(session, tenants=1)
    session.commit()
    return world


def test_a_plan_is_agreed_run_shown_and_ended(world: World) -> None:
    assert "V1: 100 with taxes each month from 2026-01-01 on" in printed(*SET)
    (due,) = call("advance", "run", "--on", "2026-01-01", "--dry-run")
    assert ("V1", "84.03", "15.97", "") == (due["contract"], due["net"], due["tax"], due["refusal"])
    done = call("advance", "run", "--on", "2026-01-01", "--contract", "V1")
    ((number, total),) = [(bill["bill"], bill["total"]) for bill in done["issued"]]
    assert ("100.00", []) == (total, done["parked"])
    assert "nothing is due" in printed("advance", "run", "--on", "2026-01-01")

    plan = call("advance", "show", "V1")
    assert [("100.00", None)] == [(bill["outstanding"], bill["settled_by"]) for bill in plan["bills"]]
    assert number in printed("advance", "show", "V1")
    call("advance", "end", "V1", "--from", "2026-02-01")
    assert "2026-02-01" == call("advance", "show", "V1")["plans"][0]["end"]


def test_what_cannot_be_billed_is_listed_with_its_reason(world: World) -> None:
    call(*SET)
    world.session.execute(text("UPDATE account_mode SET mode = 'prepaid'"))
    world.session.commit()

    assert "prepaid" in call("advance", "run", "--on", "2026-01-01", "--dry-run", code=6)[0]["refusal"]
    assert "V1 2026-01-01 to 2026-02-01: A1 is prepaid" in printed("advance", "run", "--on", "2026-01-01", code=6)
    (row,) = call("advance", "list", code=6)
    assert ("V1", True) == (row["contract"], "prepaid" in row["fault"])
    assert "prepaid" in printed("advance", "list", code=6)


def test_what_makes_no_plan_is_refused(world: World) -> None:
    assert isinstance(refusal(*SET[:4], "0.001", *SET[5:]), InputError)
    assert isinstance(refusal("advance", "end", "V1", "--from", "2026-01-01"), ConflictError)


def test_an_amount_is_proposed(world: World) -> None:
    proposed = call("advance", "propose", "V1", "--use", "3500", "--from", "2026-01-01")

    assert ("116.00", "1170.01") == (proposed["amount"], proposed["net"])
    assert "3500 kWh a year, as stated" in printed("advance", "propose", "V1", "--use", "3500", "--from", "2026-01-01")
