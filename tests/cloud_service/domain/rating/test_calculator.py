"""The calculator: files of loads and prices, a bill for each month, each handing its history to the next."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cloud_service.domain.rating.calculator import calculate, price_file, read_prices, read_tariff, read_usage, steps_on
from common.errors import InputError
from common.period import Span
from tests.cloud_service.domain.builders import energy, make_tariff, steady
from tests.cloud_service.domain.tariffs.urdb.records import record

D = Decimal
JANUARY = date(2026, 1, 1)
TWO_MONTHS = Span(JANUARY, date(2026, 3, 1))


def load(folder: Path, name: str, hours: int, value: str = "1") -> Path:
    """A file with the same value in each hour."""
    path = folder / name
    path.write_text(f"{value}\n" * hours)
    return path


def test_each_month_is_handed_what_the_one_before_left() -> None:
    least = {"kind": "minimum", "amount": "1000", "per": "year", "year_ends": 2}
    tariff = make_tariff(energy(price="0.10"), least)

    january, february = calculate(tariff, {"import": steady("1", TWO_MONTHS, "UTC", 60)}, TWO_MONTHS, "UTC")

    assert [D("74.40")] == [line.amount for line in january.lines]
    assert [D("67.20"), D("858.40")] == [line.amount for line in february.lines]  # 1000 less both months


def test_the_whole_may_be_one_bill() -> None:
    registers = {"import": steady("1", TWO_MONTHS, "UTC", 60)}

    bills = calculate(make_tariff(energy(price="0.10")), registers, TWO_MONTHS, "UTC", whole=True)

    assert [D("141.60")] == [bill.total for bill in bills]


def test_a_register_that_the_tariff_does_not_price_is_refused() -> None:
    registers = {name: steady("1", TWO_MONTHS, "UTC", 60) for name in ("import", "export")}

    with pytest.raises(InputError, match="does not say what export is worth"):
        calculate(make_tariff(energy()), registers, TWO_MONTHS, "UTC")


def test_import_and_export_of_other_steps_are_brought_to_one_and_it_is_said(tmp_path: Path) -> None:
    files = {"import": load(tmp_path, "import.csv", 31 * 24), "export": load(tmp_path, "export.csv", 31 * 96)}

    registers, span, notes = read_usage(files, JANUARY, "UTC")

    assert Span(JANUARY, date(2026, 2, 1)) == span
    assert [900, 900] == [register.step_s for register in registers.values()]
    assert ("import of 60 min is taken as even over 15 min steps",) == notes


def test_files_of_other_days_are_refused_by_their_name(tmp_path: Path) -> None:
    files = {"import": load(tmp_path, "import.csv", 24), "export": load(tmp_path, "export.csv", 48)}

    with pytest.raises(InputError, match="export is not of the same days as import") as refused:
        read_usage(files, JANUARY, "UTC", step_s=3600)
    assert str(tmp_path / "export.csv") == refused.value.path


def test_nothing_is_not_priced() -> None:
    with pytest.raises(InputError, match="there is nothing to price"):
        read_usage({}, JANUARY, "UTC")


def test_prices_are_of_the_days_of_the_load(tmp_path: Path) -> None:
    path = load(tmp_path, "prices.csv", 24, "-0.01")

    series, days = price_file(path, JANUARY, "UTC")

    assert (Span(JANUARY, date(2026, 1, 2)), 3600) == (days, series.step_s)
    with pytest.raises(InputError, match="the prices are not of 2026-01-01 to 2026-03-01"):
        read_prices(path, JANUARY, TWO_MONTHS, "UTC")


def test_some_days_of_registers_are_their_steps() -> None:
    second_of_january = Span(date(2026, 1, 2), date(2026, 1, 3))

    registers = steps_on({"import": steady("1", TWO_MONTHS, "UTC", 60)}, TWO_MONTHS, second_of_january, "UTC")

    assert [1000] * 24 == registers["import"].values.tolist()


def test_a_tariff_of_the_urdb_is_read_like_one_of_ours(tmp_path: Path) -> None:
    ours, urdb = tmp_path / "ours.toml", tmp_path / "urdb.json"
    ours.write_text('id = "t"\ncurrency = "EUR"\n[[charges]]\nkind = "energy"\nprice = 0.25\n')
    urdb.write_text(str(record()).replace("Decimal('0.10')", "0.10").replace("'", '"'))

    assert ("t", ()) == (read_tariff(ours)[0].id, read_tariff(ours)[1])
    imported, notes = read_tariff(urdb)
    assert "a-utility-a-rate" == imported.id
    assert any("dgrules" in note for note in notes)
