"""From an empty database to bills by commands alone: meters hung up with an index and read a month later."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.cloud_service.cli.commands import call, refusal

TARIFF = """
id = "mieterstrom"
name = "Mieterstrom"
currency = "EUR"
[[charges]]
kind = "energy"
label = "Arbeitspreis"
price = 0.2689
[[charges]]
kind = "standing"
label = "Grundpreis"
amount = 7.14
per = "month"
[[taxes]]
name = "ust"
label = "USt"
percent = 19
"""
HEAD_END = """meter,time,value
40001,2026-09-01T00:00+02:00,1000
40001,2026-10-01T00:00+02:00,1100
"""
EXCHANGE = ("contract", "exchange-meter", "--point", "40001", "--meter", "40002", "--at", "2026-10-10T10:07+02:00")


@pytest.fixture
def house(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A company with a site and a tariff, and a folder for files."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
    (tmp_path / "mieter.toml").write_text(TARIFF)
    call("entity", "add", "Hauswerk", "--currency", "EUR", "--timezone", "Europe/Berlin", "--country", "DE",
         "--address", "Am Hof 1\\n10115 Berlin")  # fmt: skip
    call("site", "add", "Hof", "--timezone", "Europe/Berlin", "--currency", "EUR")
    call("tariff", "add", str(tmp_path / "mieter.toml"), "--from", "2026-01-01")
    return tmp_path


def move_in(number: str, point: str, day: str = "2026-10-01") -> None:
    client = call("client", "add", f"Tenant of {point}", "--country", "DE")["number"]
    account = call("account", "open", client, "--currency", "EUR", "--day", day)["account"]
    call("contract", "move-in", number, "--point", point, "--account", account, "--tariff", "mieterstrom",
         "--day", day)  # fmt: skip


def october(*options: str, code: int = 0) -> Any:
    return call("bill", "run", "--month", "2026-10", "--bill-date", "2026-11-02", "--no-mail", *options, code=code)


def test_a_meter_hung_up_with_its_opening_index_and_read_a_month_later_is_billed(house: Path) -> None:
    call("point", "add", "Flat 1", "--site", "Hof")
    call("meter", "add", "20001", "--register", "import:kWh")
    call("meter", "mount", "20001", "--point", "Flat 1", "--at", "2026-10-01T00:00+02:00", "--opening", "import=100")
    move_in("V-1", "Flat 1")
    call("readings", "validate")
    call("readings", "enter", "20001", "import", "2026-11-01T00:00+01:00", "410", "--reason", "read by the caretaker")

    before = october("--dry-run")["amount"]  # nobody has validated yet
    call("readings", "validate")
    after = october("--dry-run")["amount"]
    issued = october()
    bill = call("bill", "show", call("bill", "list")[0]["number"])
    (month,) = call("readings", "completeness", "--from", "2026-10-01", "--to", "2026-11-01")["registers"]

    assert ({"EUR": "107.70"}, before, []) == (before, after, issued["parked"])  # (83.36 + 7.14) × 1.19
    assert "310" == bill["lines"][0]["quantity"].rstrip("0").rstrip(".")
    assert (2980, 0) == (month["expected"], month["missing"])


def test_an_exchange_between_a_file_s_meter_and_one_read_by_hand_bills_both(house: Path) -> None:
    """The file's meter has days of half hours, the new one of quarter hours: 40 + 70 kWh."""
    (house / "head_end.csv").write_text(HEAD_END)
    call("readings", "import", str(house / "head_end.csv"), "--format", "csv", "--set", "register=import",
         "--set", "unit=kWh", "--set", "kind=index", "--create-meters", "Hof")  # fmt: skip
    move_in("V-2", "40001")
    call("meter", "add", "40002", "--register", "import:kWh")
    typo = refusal(*EXCHANGE, "--closing", "import=140", "--opening", "import=0")
    call(*EXCHANGE, "--closing", "import=1140", "--opening", "import=0")
    unread = october("--dry-run", code=6)["parked"]
    call("readings", "enter", "40002", "import", "2026-11-01T00:00+01:00", "70", "--reason", "read by hand")
    issued = october()
    bill = call("bill", "show", call("bill", "list")[0]["number"])

    assert "the final index 140 kWh of register import does not follow the reading 1100 of" in str(typo)
    assert "register import of meter 40002" in unread[0]["reason"]  # its days are not free of charge
    assert ([], {"EUR": "43.70"}) == (issued["parked"], issued["amount"])  # 29.58 + 7.14 + 6.98
    assert "110" == bill["lines"][0]["quantity"].rstrip("0").rstrip(".")


BY_THE_HOUR = """
id = "hours"
currency = "EUR"
[[schedules.s.periods]]
name = "peak"
days = ["weekday"]
hours = ["17:00-20:00"]
[[schedules.s.periods]]
name = "off_peak"
[[charges]]
kind = "energy"
prices = { peak = 0.40, off_peak = 0.20 }
[[charges]]
kind = "demand"
window_min = 15
price = 10
"""
CHANGES = """
id = "changes"
currency = "EUR"
[[charges]]
kind = "energy"
price = 0.30
until = 2026-10-16
prorate = "{prorate}"
[[charges]]
kind = "energy"
price = 0.35
from = 2026-10-16
prorate = "{prorate}"
"""


def read_twice(house: Path, tariff: str) -> None:
    """A flat with that tariff, whose meter shows 0 on 1 October and 310 on 1 November."""
    (house / "tariff.toml").write_text(tariff)
    call("tariff", "add", str(house / "tariff.toml"), "--from", "2026-01-01")
    rows = "meter,time,value\n50001,2026-10-01T00:00+02:00,0\n50001,2026-11-01T00:00+01:00,310\n"
    (house / "read.csv").write_text(rows)
    call("readings", "import", str(house / "read.csv"), "--format", "csv", "--set", "unit=kWh",
         "--create-meters", "Hof")  # fmt: skip
    client = call("client", "add", "Ada", "--country", "DE")["number"]
    account = call("account", "open", client, "--currency", "EUR", "--day", "2026-10-01")["account"]
    code = tariff.split('"')[1]
    call("contract", "move-in", "V-5", "--point", "50001", "--account", account, "--tariff", code,
         "--day", "2026-10-01")  # fmt: skip


def test_two_readings_of_a_month_are_not_billed_by_the_hour(house: Path) -> None:
    read_twice(house, BY_THE_HOUR)

    run = october(code=6)

    ((reason),) = [parked["reason"] for parked in run["parked"]]
    assert "prices by the hour, and register 'import' was read once for all of the days" in reason
    assert "take a tariff with" in reason
    assert [] == call("bill", "list")


@pytest.mark.parametrize(("prorate", "energy"), [("actual_days", ["150", "160"]), ("none", ["310", "0"])])
def test_a_price_that_changes_between_two_readings_is_shared_by_the_tariff_s_rule(
    house: Path, prorate: str, energy: list[str]
) -> None:
    read_twice(house, CHANGES.replace("{prorate}", prorate))

    october()

    bill = call("bill", "show", call("bill", "list")[0]["number"])
    assert energy == [f"{Decimal(line['quantity']).normalize():f}" for line in bill["lines"]]
    assert all("showed 0 kWh on 2026-10-01 00:00 and 310 kWh" in line["explanation"]["why"] for line in bill["lines"])
