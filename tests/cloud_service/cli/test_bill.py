import json
from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session

from cloud_service.cli.bill import bill
from common.period import Span
from tests.books.world import World, build

SEPTEMBER = Span(date(2026, 9, 1), date(2026, 10, 1))
OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))


@pytest.fixture
def world(session: Session, database_url: str, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("DATABASE_URL", database_url)
    world = build(session, tenants=3)
    for register in world.registers[:2]:
        world.readings(register, SEPTEMBER)
    world.readings(world.registers[0], OCTOBER)
    world.readings(world.registers[1], OCTOBER, wh=1000)
    session.commit()
    return world


def call(*args: str, code: int = 0) -> Any:
    result = CliRunner().invoke(bill, [*args, "--json"])
    assert code == result.exit_code, result.output + repr(result.exception)
    return json.loads(result.stdout)


def test_a_month_is_rated_and_issued_and_what_has_no_readings_is_parked_alone(world: World) -> None:
    result = call("run", "--month", "2026-10", "--bill-date", "2026-11-02", code=6)

    assert (3, 2, 1) == (result["items"], result["issued"], len(result["parked"]))
    assert "no reading" in result["parked"][0]["reason"]
    assert "issuing" not in result["state"]


def test_a_second_run_bills_only_what_is_missing(world: World) -> None:
    call("run", "--month", "2026-10", "--bill-date", "2026-11-02", code=6)
    world.readings(world.registers[2], OCTOBER)
    world.session.commit()

    result = call("run", "--month", "2026-10", "--bill-date", "2026-11-03")

    assert (1, 1) == (result["items"], result["issued"])


def test_a_dry_run_issues_nothing_and_names_what_looks_odd(world: World) -> None:
    call("run", "--month", "2026-09", "--bill-date", "2026-10-02", code=6)
    result = call("run", "--month", "2026-10", "--dry-run", code=6)

    assert ["V2"] == [one["contract"] for one in result["outliers"]]
    assert 0 == result["issued"]
    assert 2 == len(call("list", "--on", "2026-10-05"))


def test_a_dry_run_that_nobody_ended_is_in_nobodys_way(world: World) -> None:
    from cloud_service.flow import billing_run as running
    from cloud_service.flow.rate import rate_shard

    dry = running.plan(world.session, running.Plan(world.entity, OCTOBER, date(2026, 11, 2), "t", dry_run=True))
    rate_shard(world.session, dry.id)
    world.session.commit()

    assert 2 == call("run", "--month", "2026-10", "--bill-date", "2026-11-02", code=6)["issued"]


def test_a_bill_explains_its_lines_and_proves_itself_unchanged(world: World) -> None:
    call("run", "--month", "2026-10", "--bill-date", "2026-11-02", code=6)
    shown = call("show", "INV-2026-00001")

    assert "298 kWh × 0.3 = 89.4" in shown["lines"][0]["explanation"]["why"]
    assert shown["unchanged"] is True
    assert ["118.29", "118.29"] == [shown["total"], shown["outstanding"]]


def test_a_bill_that_is_not_there_is_not_found(world: World) -> None:
    from common.errors import NotFoundError

    result = CliRunner().invoke(bill, ["show", "INV-1"])

    assert isinstance(result.exception, NotFoundError)
