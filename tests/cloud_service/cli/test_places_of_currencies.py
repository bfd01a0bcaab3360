"""Commands print money with the places of its currency: three of dinars, none of pesos."""

import re
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from common.period import Span
from tests.books.world import World, build
from tests.cloud_service.cli.commands import printed

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
MONEY = re.compile(r"\d[\d,]*\.\d+|\b\d{5}\b")


def _billed(session: Session, currency: str, price: str) -> World:
    charge = {"kind": "energy", "label": "Energy", "price": price}
    world = build(session, tariff={"id": "flat", "name": "Flat", "currency": currency, "charges": [charge]})
    session.execute(text("UPDATE legal_entity SET currency = :currency"), {"currency": currency})
    world.tenant(currency=currency)
    world.readings(world.registers[0], OCTOBER)
    session.commit()
    return world


@pytest.fixture
def dinars(session: Session, named_database: str) -> World:
    return _billed(session, "TND", "0.123")  # 298 kWh: 36.654


@pytest.fixture
def pesos(session: Session, named_database: str) -> World:
    return _billed(session, "CLP", "131.276")  # 298 kWh: 39,120


def test_three_places_stand_wherever_a_dinar_is_printed(dinars: World, tmp_path: Path) -> None:
    run = printed("bill", "run", "--month", "2026-10", "--bill-date", "2026-11-02")
    printed("account", "pay", "A1", "1.234", "--reference", "r1", "--day", "2026-11-05")
    bill = printed("bill", "show", "INV-2026-00001")
    statement = printed("account", "statement", "A1", "--until", "2026-11-30")

    assert "36.654 TND" in run
    assert "Energy: 36.654 TND" in bill
    assert "total 36.654 TND, outstanding 35.420\n" in bill
    assert "2026-11-05 1.234 by" in bill
    assert {"36.654", "-1.234", "35.420"} <= set(MONEY.findall(statement)) | {"-1.234"}
    assert "outstanding 35.420 TND, credit 0.000" in statement
    assert "outstanding 35.420, credit 0.000" in printed("ledger", "check", "--on", "2026-11-30")
    assert "outstanding 35.420 TND, overdue 0.000" in printed("ledger", "outstanding", "--on", "2026-11-10")
    assert "35.420 TND" in printed("dunning", "remind", "--day", "2026-12-24", "--dry-run")
    assert "2026-12-01 17.710\n2027-01-01 17.710" in printed(
        "dunning", "plan", "INV-2026-00001", "--parts", "2", "--first", "2026-12-01", "--reason", "agreed"
    )


def test_three_places_stand_on_shares_of_a_dinar(dinars: World, tmp_path: Path) -> None:
    file = tmp_path / "lift.toml"
    file.write_text(
        'label = "Lift"\ncurrency = "TND"\ncomponents = [{ by = "equal" }]\nmembers = [{ contract = "V1" }]'
    )
    days = ("--from", "2026-10-01", "--until", "2026-11-01")
    shared = printed("contract", "share", "lift", "7.125", *days, "--file", str(file))

    assert "V1: 7.125 " in shared
    assert "7.125  TND" in printed("contract", "shares", "lift")
    assert "TND   7.125" in printed("bill", "unbilled", code=6)
    assert "7.125 TND of 2026-10-01" in printed("contract", "unshare", "lift", *days, "--reason", "wrong")


def test_no_places_stand_behind_a_peso(pesos: World) -> None:
    assert "; 39,120 CLP" in printed("bill", "run", "--month", "2026-10", "--bill-date", "2026-11-02")
    bill = printed("bill", "show", "INV-2026-00001")

    assert "Energy: 39,120 CLP" in bill
    assert "total 39,120 CLP, outstanding 39,120\n" in bill
    assert "✔ CLP: outstanding 39,120, credit 0" in printed("ledger", "check", "--on", "2026-11-30")
