"""What the books say by commands: ageing, cash book, revenue, journal, currency rates."""

from pathlib import Path

from sqlalchemy import text

from common.errors import ConflictError, NotFoundError
from tests.books.world import World
from tests.cloud_service.cli.commands import call, printed, refusal


def test_ageing_cash_book_revenue_and_journal_tell_one_story(billed: World) -> None:
    call("account", "pay", "A1", "18.29", "--reference", "r1", "--day", "2026-11-20")
    aged = call("ledger", "ageing", "--on", "2026-12-20")
    cash = call("ledger", "cash-book", "--from", "2026-11-01", "--until", "2026-11-30")
    revenue = call("ledger", "revenue", "--from", "2026-11-01", "--until", "2026-11-30")
    journal = printed("ledger", "journal", "--from", "2026-11-01", "--until", "2026-11-30").splitlines()

    assert [("A2", "118.29"), ("A1", "100.00")] == [(account["account"], account["days_60"]) for account in aged]
    assert ["18.29"] == [line["balance"] for line in cash]
    assert {"energy": "178.80", "standing": "20.00"} == {row["charge"]: row["net"] for row in revenue}
    debit = sum(float(line.split(",")[8]) for line in journal[1:])
    credit = sum(float(line.split(",")[9]) for line in journal[1:])
    assert (10, round(debit, 2)) == (len(journal) - 1, round(credit, 2))


def test_rates_are_imported_once_and_not_changed(billed: World, tmp_path: Path) -> None:
    file = tmp_path / "rates.csv"
    file.write_text("day,currency,rate\n2026-10-01,USD,0.92\n2026-11-01,USD,0.93\n")

    assert {"rates": 2, "new": 2} == call("ledger", "rates", str(file))
    assert {"rates": 2, "new": 0} == call("ledger", "rates", str(file))
    imported = billed.session.execute(text("SELECT after->>'new' FROM audit WHERE action = 'rates.import' ORDER BY id"))
    assert ["2", "0"] == list(imported.scalars())
    file.write_text("day,currency,rate\n2026-10-01,USD,0.99\n")
    assert isinstance(refusal("ledger", "rates", str(file)), ConflictError)
    assert isinstance(refusal("ledger", "rates", str(tmp_path / "none.csv")), NotFoundError)


def test_a_sound_ledger_is_proved_in_one_line_a_currency(billed: World) -> None:
    assert "✔ EUR: outstanding 236.58, credit 0.00\n✔ no number is missing\n" == printed(
        "ledger", "check", "--on", "2026-11-30"
    )


def test_what_is_outstanding_is_what_was_billed_less_what_came(billed: World) -> None:
    call("account", "pay", "A1", "18.29", "--reference", "r1", "--day", "2026-11-20")

    assert "outstanding 236.58 EUR" in printed("ledger", "outstanding", "--on", "2026-11-19")
    assert "received    18.29 EUR" in printed("ledger", "outstanding", "--on", "2026-11-20")
