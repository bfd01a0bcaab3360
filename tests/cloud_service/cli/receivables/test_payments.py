"""A bank statement from the file to the books, by the command a clerk uses."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from common.period import Span
from tests.books.world import World, build
from tests.cloud_service.cli.commands import call, refusal
from tests.cloud_service.payments.camt import Entry, Part, entry, statement
from tests.cloud_service.payments.statements import Told, camt

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))


@pytest.fixture
def world(session: Session, named_database: str) -> World:
    world = build(session, tenants=3)
    for register in world.registers:
        world.readings(register, OCTOBER)
    session.commit()
    call("bill", "run", "--month", "2026-10", "--bill-date", "2026-11-02")
    return world


def test_a_statement_settles_what_it_names_once_and_lists_the_rest(world: World, tmp_path: Path) -> None:
    file = tmp_path / "november.xml"
    batch = Entry("168.29", [Part("118.29", "INV-2026-00001"), Part("50.00", "INV 2026 00002")], "R1")
    file.write_bytes(
        statement(
            batch, entry("10.00", "a present", reference="R2"), entry("3.00", "fees", credit=False, reference="R3"),
            entry("118.29", "Kunde C3", reference="R4"), entry("118.29", "INV-2026-00001", reference="R5"),
        )
    )  # fmt: skip
    dry = call("payments", "import", str(file), "--dry-run", code=6)
    assert "118.29" == call("bill", "show", "INV-2026-00001")["outstanding"]
    first = call("payments", "import", str(file), code=6)
    again = call("payments", "import", str(file), code=6)

    outcomes = ["would be booked", "would be booked", "left", "passed", "would be booked", "left"]
    assert outcomes == [line["outcome"] for line in dry["lines"]]
    assert "an earlier line of the file pays the same invoice" == dry["lines"][5]["detail"]
    assert ["booked", "booked", "left", "passed", "booked", "left"] == [line["outcome"] for line in first["lines"]]
    assert ["passed", "passed", "left", "passed", "passed", "left"] == [line["outcome"] for line in again["lines"]]
    assert ("paid", "68.29", "paid") == (
        call("bill", "show", "INV-2026-00001")["state"],
        call("bill", "show", "INV-2026-00002")["outstanding"],
        call("bill", "show", "INV-2026-00003")["state"],
    )
    assert call("ledger", "check", "--on", "2026-12-31")["ok"]


def test_a_line_that_is_left_is_booked_to_the_account_that_a_person_names(world: World, tmp_path: Path) -> None:
    file = tmp_path / "november.xml"
    file.write_bytes(statement(entry("20.00", "for the power", reference="R1"), entry("118.29", "INV-2026-00001")))
    wrong = [refusal("payments", "import", str(file), "--line", text) for text in ("3=A1", "1=A99", "2=A1", "A1")]
    assert "20.00" not in str(call("account", "statement", "A3"))
    done = call("payments", "import", str(file), "--line", "1=A3")
    again = call("payments", "import", str(file), "--line", "1=A3")

    assert ["InputError", "NotFoundError", "InputError", "InputError"] == [type(error).__name__ for error in wrong]
    assert [(1, "booked"), (2, "booked")] == [(line["line"], line["outcome"]) for line in done["lines"]]
    assert "by hand: the oldest bill first" == done["lines"][0]["detail"]
    assert ["passed", "passed"] == [line["outcome"] for line in again["lines"]]
    assert "98.29" == call("bill", "show", "INV-2026-00003")["outstanding"]


def test_a_table_of_the_bank_is_booked_once_like_its_xml(world: World, tmp_path: Path) -> None:
    file = tmp_path / "umsaetze.csv"
    file.write_text(
        "Buchungstag;Verwendungszweck;Auftraggeber;Betrag;Waehrung\n"
        "09.11.2026;INV-2026-00001;Anna;118,29;EUR\n09.11.2026;Gebühr;;-3,00;EUR\n",
        encoding="cp1252",
    )

    assert ["booked", "passed"] == [line["outcome"] for line in call("payments", "import", str(file))["lines"]]
    assert ["passed", "passed"] == [line["outcome"] for line in call("payments", "import", str(file))["lines"]]
    assert "paid" == call("bill", "show", "INV-2026-00001")["state"]


def test_what_may_be_booked_before_is_left_with_both_shown(world: World, tmp_path: Path) -> None:
    file = tmp_path / "november.xml"
    file.write_bytes(camt(Told("20.00", "INV-2026-00001", reference="2026110912345678", day="2026-11-09"), name="A"))
    call("payments", "import", str(file))
    file.write_bytes(camt(Told("30.00", "INV-2026-00001", reference="2026110912345678", day="2026-11-09"), name="B"))
    (line,) = call("payments", "import", str(file), code=6)["lines"]

    assert ("left", "30.00") == (line["outcome"], line["amount"])
    assert "may be the same as an earlier booking: 20.00 EUR on 2026-11-09 for A1, INV-2026-00001" == line["detail"]
    assert ("A1", "20.00") == (line["earlier"]["account"], line["earlier"]["amount"])


def test_a_returned_payment_is_left_until_its_chargeback_is_booked(world: World, tmp_path: Path) -> None:
    file = tmp_path / "november.xml"
    paid, back = Told("118.29", "INV-2026-00001"), Told("-118.29", "RETOURE INV-2026-00001", reference="X-1")
    file.write_bytes(camt(paid, replace(back, extra="<RvslInd>true</RvslInd>")))
    lines = call("payments", "import", str(file), code=6)["lines"]

    assert [("booked", ""), ("left", "a returned payment")] == [
        (line["outcome"], line["detail"] if line["outcome"] == "left" else "") for line in lines
    ]
    call(
        "account",
        "refund",
        str(lines[0]["payment"]),
        "118.29",
        "--reference",
        "bank",
        "--chargeback",
        "--day",
        "2026-11-23",
    )
    assert "118.29" == call("bill", "show", "INV-2026-00001")["outstanding"]
    assert ["passed", "passed"] == [line["outcome"] for line in call("payments", "import", str(file))["lines"]]
