"""The commands around money, one after the other on one small operator, as a clerk would use them."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.cli import cloud
from common.errors import ConflictError
from common.period import Span
from tests.books.world import World, build

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))


@pytest.fixture
def world(session: Session, database_url: str, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("DATABASE_URL", database_url)
    world = build(session, tenants=2)
    for register in world.registers:
        world.readings(register, OCTOBER)
    session.commit()
    call("bill", "run", "--month", "2026-10", "--bill-date", "2026-11-02")
    return world


def call(*args: str, code: int = 0, raw: bool = False) -> Any:
    result = CliRunner().invoke(cloud, args if raw else [*args, "--json"])
    assert code == result.exit_code, result.output + repr(result.exception)
    return result.stdout if raw else json.loads(result.stdout)


def test_payments_statement_and_proof(world: World) -> None:
    call("account", "pay", "A1", "100.00", "--reference", "r1", "--day", "2026-11-05")
    again = call("account", "pay", "A1", "100.00", "--reference", "r1", "--day", "2026-11-05")
    shown = call("account", "statement", "A1", "--until", "2026-12-31")

    assert "duplicate" == again["outcome"]
    assert [("invoice", "118.29"), ("payment", "18.29")] == [
        (one["kind"], one["balance"]) for one in shown["movements"]
    ]
    assert call("ledger", "check", "--on", "2026-12-31")["ok"]
    assert "136.58" == call("ledger", "outstanding", "--on", "2026-11-30")["outstanding"]
    assert "236.58" == call("ledger", "outstanding", "--on", "2026-11-03")["outstanding"]


def test_what_the_payer_says_is_followed_and_too_much_is_refused(world: World) -> None:
    call("account", "pay", "A2", "50.00", "--reference", "r1", "--for", "INV-2026-00002=20.00", "--day", "2026-11-05")
    result = CliRunner().invoke(cloud, ["account", "pay", "A2", "9", "--reference", "r2", "--for", "INV-2026-00002=99"])

    assert "68.29" == call("bill", "show", "INV-2026-00002")["outstanding"]
    assert isinstance(result.exception, ConflictError)


def test_a_refund_opens_the_invoice_again(world: World) -> None:
    paid = call("account", "pay", "A1", "118.29", "--reference", "r1", "--day", "2026-11-05")
    assert "paid" == call("bill", "show", "INV-2026-00001")["state"]

    call("account", "refund", str(paid["payment_id"]), "18.29", "--reference", "b1", "--day", "2026-11-06")

    assert "18.29" == call("bill", "show", "INV-2026-00001")["outstanding"]


def test_deposits_over_payments_and_payouts(world: World) -> None:
    deposit = call("account", "pay", "A1", "300", "--reference", "d", "--kind", "deposit", "--day", "2026-11-03")
    call("account", "release-deposit", str(deposit["payment_id"]), "200", "--day", "2026-11-04")
    call("account", "payout", "A1", "81.71", "--reference", "p", "--day", "2026-11-05")
    shown = call("account", "statement", "A1", "--until", "2026-12-31")

    assert ("0.00", "0.00") == (shown["outstanding"], str(shown["credit"]))
    assert call("ledger", "check", "--on", "2026-12-31")["ok"]


def test_ageing_cash_book_revenue_and_journal_tell_one_story(world: World) -> None:
    call("account", "pay", "A1", "18.29", "--reference", "r1", "--day", "2026-11-20")
    aged = call("ledger", "ageing", "--on", "2026-12-20")
    cash = call("ledger", "cash-book", "--from", "2026-11-01", "--until", "2026-11-30")
    revenue = call("ledger", "revenue", "--from", "2026-11-01", "--until", "2026-11-30")
    journal = call("ledger", "journal", "--from", "2026-11-01", "--until", "2026-11-30", raw=True).splitlines()

    assert [("A2", "118.29"), ("A1", "100.00")] == [(one["account"], one["days_60"]) for one in aged]
    assert ["18.29"] == [one["balance"] for one in cash]
    assert {"energy": "178.80", "standing": "20.00"} == {one["charge"]: one["net"] for one in revenue}
    debit = sum(float(line.split(",")[8]) for line in journal[1:])
    credit = sum(float(line.split(",")[9]) for line in journal[1:])
    assert (10, round(debit, 2)) == (len(journal) - 1, round(credit, 2))


def test_rates_are_imported_once_and_not_changed(world: World, tmp_path: Path) -> None:
    file = tmp_path / "rates.csv"
    file.write_text("day,currency,rate\n2026-10-01,USD,0.92\n2026-11-01,USD,0.93\n")

    assert {"rates": 2, "new": 2} == call("ledger", "rates", str(file))
    assert {"rates": 2, "new": 0} == call("ledger", "rates", str(file))
    imported = world.session.execute(text("SELECT after->>'new' FROM audit WHERE action = 'rates.import' ORDER BY id"))
    assert ["2", "0"] == list(imported.scalars())
    file.write_text("day,currency,rate\n2026-10-01,USD,0.99\n")
    assert isinstance(CliRunner().invoke(cloud, ["ledger", "rates", str(file)]).exception, ConflictError)


def test_corrections_from_the_command_line(world: World) -> None:
    done = call("correct", "credit", "INV-2026-00001", "--reason", "wrong", "--rebill", "--day", "2026-11-10")

    assert {"credit_note": "CN-2026-00001", "new": ["INV-2026-00003"], "total": "-118.29"} == done
    assert [] == call("correct", "touched")


def test_dunning_from_the_command_line(world: World) -> None:
    call("dunning", "dispute", "INV-2026-00001", "--reason", "too much")
    told = call("dunning", "remind", "--day", "2026-12-01", "--dry-run")
    plan = call("dunning", "plan", "INV-2026-00002", "--parts", "3", "--first", "2026-12-01", "--reason", "asked")

    assert ["A2"] == [one["account"] for one in told]
    assert ["39.43"] * 3 == [amount for _, amount in plan["instalments"]]
    assert [] == call("dunning", "remind", "--day", "2026-12-01")


def test_interest_asks_for_the_base_rate_it_does_not_know(world: World) -> None:
    result = CliRunner().invoke(cloud, ["dunning", "interest", "--day", "2026-12-17"])
    call("dunning", "base-rate", "DE", "2026-07-01", "-0.88", raw=True)
    charged = call("dunning", "interest", "--day", "2026-12-17")

    assert "no base rate is known for 2026-11-17" in str(result.exception)
    assert ["0.40"] * 2 == [one["total"] for one in charged]  # 118.29 × 4.12 % × 30/365


def test_the_audit_log_names_its_first_broken_link(world: World, owner: psycopg.Connection[Any]) -> None:
    good = call("audit", "verify")
    assert good["ok"]

    owner.execute("ALTER TABLE audit DISABLE TRIGGER refuse_change")
    owner.execute('UPDATE audit SET after = \'{"total": "0.01"}\' WHERE id = 2')
    broken = call("audit", "verify", code=6)

    assert (2, "its content was changed") == (broken["broken"], broken["fault"])

    owner.execute("DELETE FROM audit WHERE id >= 2")
    cut = call("audit", "verify", "--head", good["head"], code=6)

    assert "the noted hash is gone" == cut["fault"]
