"""A month from readings to invoices by `bill run`, `approve`, `retry`, `cancel`, `status`."""

from datetime import date

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from cloud_service.cli import cloud
from common.errors import InputError
from common.period import Span
from tests.books.world import World
from tests.cloud_service.cli.commands import call, printed, refusal

SEPTEMBER = Span(date(2026, 9, 1), date(2026, 10, 1))
OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))


def test_a_month_is_rated_and_issued_and_what_has_no_readings_is_parked_alone(three_tenants: World) -> None:
    result = call("bill", "run", "--month", "2026-10", "--bill-date", "2026-11-02", code=6)

    assert (3, 2, 1) == (result["items"], result["issued"], len(result["parked"]))
    assert "no reading" in result["parked"][0]["reason"]
    assert "issuing" not in result["state"]


def test_a_second_run_bills_only_what_is_missing(three_tenants: World) -> None:
    call("bill", "run", "--month", "2026-10", "--bill-date", "2026-11-02", code=6)
    three_tenants.readings(three_tenants.registers[2], OCTOBER)
    three_tenants.session.commit()

    result = call("bill", "run", "--month", "2026-10", "--bill-date", "2026-11-03")

    assert (1, 1) == (result["items"], result["issued"])


def test_one_connection_is_billed_by_its_number(three_tenants: World) -> None:
    result = call("bill", "run", "--month", "2026-10", "--contract", "V2", "--dry-run")

    assert (1, 1, []) == (result["items"], result["rated"], result["parked"])
    assert "there is no contract 2" in str(refusal("bill", "run", "--month", "2026-10", "--contract", "2"))


def test_a_dry_run_issues_nothing_and_names_what_looks_odd(three_tenants: World) -> None:
    call("bill", "run", "--month", "2026-09", "--bill-date", "2026-10-02", code=6)
    result = call("bill", "run", "--month", "2026-10", "--dry-run", code=6)

    assert ["V2"] == [outlier["contract"] for outlier in result["outliers"]]
    assert 0 == result["issued"]
    assert 2 == len(call("bill", "list", "--on", "2026-10-05"))


def test_a_dry_run_that_nobody_ended_is_in_nobodys_way(three_tenants: World) -> None:
    from cloud_service.flow import billing_run as running
    from cloud_service.flow.rate import rate_shard

    dry = running.plan(
        three_tenants.session, running.RunPlan(three_tenants.entity, OCTOBER, date(2026, 11, 2), "t", dry_run=True)
    )
    rate_shard(three_tenants.session, dry.id)
    three_tenants.session.commit()

    assert 2 == call("bill", "run", "--month", "2026-10", "--bill-date", "2026-11-02", code=6)["issued"]


def test_what_is_no_month_is_refused_with_an_example(operator: World) -> None:
    refused = refusal("bill", "run", "--month", "October")

    assert isinstance(refused, InputError)
    assert ("--month", "for example 2026-10") == (refused.path, refused.hint)


def test_an_entity_has_to_be_named_where_the_number_is_unknown(three_tenants: World) -> None:
    refused = refusal("bill", "run", "--month", "2026-10", "--entity", "999")

    assert f"known: {three_tenants.entity} Example Energy" == refused.hint


def test_the_items_say_what_each_connection_is_billed_or_would_be(three_tenants: World) -> None:
    trial = call("bill", "run", "--month", "2026-09", "--dry-run", code=6)["run"]
    run_id = call("bill", "run", "--month", "2026-10", "--bill-date", "2026-11-02", code=6)["run"]

    shown = call("bill", "status", str(run_id), "--items")["connections"]
    tried = call("bill", "status", str(trial), "--items")["connections"]

    assert [
        ("V3", "Tenant 3", "parked", None, None),
        ("V1", "Tenant 1", "issued", "118.29", "EUR"),
        ("V2", "Tenant 2", "issued", "1075.76", "EUR"),
    ] == [(row["connection"], row["tenant"], row["state"], row["amount"], row["currency"]) for row in shown]
    assert all(row["bill"] for row in shown[1:])
    assert ["V1", "V2", "V3"] == [row["connection"] for row in tried]
    assert "V1" in printed("bill", "status", str(run_id), "--items")
    assert "connections" not in call("bill", "status", str(run_id))


def test_a_month_that_is_not_over_bills_what_has_ended_and_says_until_when(
    three_tenants: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cloud_service.cli.invoicing.billing_runs.day_of", lambda *_: date(2026, 10, 20))
    moved_out = {"id": three_tenants.contracts[0]}
    three_tenants.session.execute(
        text("UPDATE contract SET during = daterange(lower(during), '2026-10-20') WHERE id = :id"), moved_out
    )
    three_tenants.session.commit()

    result = call("bill", "run", "--month", "2026-10")

    assert (1, 1, []) == (result["items"], result["issued"], result["parked"])
    again = CliRunner().invoke(cloud, ["bill", "run", "--month", "2026-10"])
    assert "2026-10 is not over until 2026-11-01: what ends by 2026-10-20 is billed" in again.stderr


def test_a_month_to_come_is_refused(three_tenants: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloud_service.cli.invoicing.billing_runs.day_of", lambda *_: date(2026, 10, 20))

    assert "nothing of them is over" in refusal("bill", "run", "--month", "2026-11").message


def test_what_others_are_at_work_on_is_told_and_left_to_the_worker(
    three_tenants: World, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cloud_service.cli.invoicing.billing_runs.PAUSES_S", (0, 0))
    with psycopg.connect(database_url) as other:
        other.execute("SELECT 1 FROM account WHERE number = 'A1' FOR UPDATE")
        result = CliRunner().invoke(cloud, ["bill", "run", "--month", "2026-10", "--contract", "V1"])

    assert 6 == result.exit_code
    assert "1 connections are rated and not issued: others are at work on their accounts" in result.output
