"""Gas that is told by days or by months, in therms: from the utility's file to a bill, by commands alone."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.cloud_service.cli.commands import call
from tests.scenarios.test_opening_index_to_invoice import house, october

__all__ = ["house"]
BERLIN = ZoneInfo("Europe/Berlin")
GAS = """
id = "{id}"
name = "Gas"
currency = "EUR"
registers = {{ import = {{ unit = "{unit}", utility = "gas" }} }}
{schedules}
[[charges]]
kind = "energy"
{price}
"""
HOURS = 'schedules.week.periods = [{ name = "day", hours = ["06:00-22:00"] }, { name = "night" }]'


def daily(folder: Path, first: date, days: int) -> Path:
    """One and a half therms a day, as a table."""
    rows = [f"G-1,{first + timedelta(days=n)},1.5,therms" for n in range(days)]
    path = folder / "daily.csv"
    path.write_text("\n".join(["meter,date,value,unit", *rows, ""]))
    return path


def monthly(folder: Path, *months: tuple[str, str, int]) -> Path:
    """A Green Button file of intervals between days of Berlin, in thousandths of a therm."""
    readings = ""
    for first, last, value in months:
        start, end = (int(datetime.fromisoformat(day).replace(tzinfo=BERLIN).timestamp()) for day in (first, last))
        readings += (
            f"<IntervalReading><timePeriod><duration>{end - start}</duration><start>{start}</start></timePeriod>"
            f"<value>{value}</value></IntervalReading>"
        )
    meaning = "<ReadingType><powerOfTenMultiplier>-3</powerOfTenMultiplier><uom>169</uom></ReadingType>"
    path = folder / "monthly.xml"
    path.write_text(
        f'<feed><entry><link href="x/UsagePoint/G-1"/><content>{meaning}</content></entry>'
        '<entry><link href="x/UsagePoint/G-1"/><content>'
        f"<IntervalBlock>{readings}</IntervalBlock></content></entry></feed>"
    )
    return path


def take_in(path: Path, *options: str) -> Any:
    taken = call("readings", "import", str(path), "--create-meters", "Hof", *options)
    call("readings", "validate")
    return taken


def move_into(folder: Path, price: str = "price = 1.20", unit: str = "therm", schedules: str = "") -> None:
    """Anna lives at G-1 from October on, at a price a therm."""
    (folder / "gas.toml").write_text(GAS.format(id="gas", unit=unit, price=price, schedules=schedules))
    call("tariff", "add", str(folder / "gas.toml"), "--from", "2026-01-01")
    client = call("client", "add", "Anna", "--country", "DE")["number"]
    account = call("account", "open", client, "--currency", "EUR", "--day", "2026-10-01")["account"]
    call("contract", "move-in", "V-1", "--point", "G-1", "--account", account, "--tariff", "gas", "--day", "2026-10-01")


def first_line() -> Any:
    return call("bill", "show", call("bill", "list")[0]["number"])["lines"][0]


def test_days_in_therms_are_billed_as_measured(house: Path) -> None:
    taken = take_in(daily(house, date(2026, 9, 30), 33), "--set", "kind=interval", "--set", "step=day")
    move_into(house)

    issued = october()
    line = first_line()

    assert ("therm", "49.5") == (taken["registers"][0]["unit"], taken["registers"][0]["sum"])
    assert ({"EUR": "55.80"}, []) == (issued["amount"], issued["parked"])  # 46.5 × 1.20
    assert ("46.5", "therm") == (f"{float(line['quantity']):g}", line["unit"])
    assert not line["explanation"].get("estimated")


def test_months_that_end_with_the_bill_are_measured_and_those_that_do_not_are_estimated(house: Path) -> None:
    take_in(monthly(house, ("2026-09-01", "2026-10-01", 30_000), ("2026-10-01", "2026-11-01", 74_500)))
    move_into(house)

    october()
    line = first_line()

    assert ("74.5", False) == (f"{float(line['quantity']):g}", bool(line["explanation"].get("estimated")))


def test_a_month_that_reaches_over_the_bill_is_shared_by_time_and_called_estimated(house: Path) -> None:
    take_in(monthly(house, ("2026-09-16", "2026-10-16", 72_000), ("2026-10-16", "2026-11-16", 74_500)))
    move_into(house)

    october()
    line = first_line()

    # 15 of 30 days; 16 days and the hour that the clock gave back, of 31 days and that hour
    assert (f"{36 + 74.5 * 385 / 745:.3f}", True) == (
        f"{float(line['quantity']):.3f}", line["explanation"]["estimated"],
    )  # fmt: skip


def test_a_price_by_the_hour_is_not_made_up_of_days(house: Path) -> None:
    take_in(daily(house, date(2026, 9, 30), 33), "--set", "kind=interval", "--set", "step=day")
    move_into(house, "prices = { day = 0.30, night = 0.10 }", schedules=HOURS)

    (parked,) = october(code=6)["parked"]

    assert "has no reading within 2026-10-01 00:00" in parked["reason"]


def test_a_price_of_another_unit_is_not_taken_for_one_of_this(house: Path) -> None:
    take_in(daily(house, date(2026, 9, 30), 33), "--set", "kind=interval", "--set", "step=day")
    move_into(house, unit="kWh")

    (parked,) = october(code=6)["parked"]

    assert "register 'import' of meter G-1 counts therm, and the tariff prices kWh" in parked["reason"]
