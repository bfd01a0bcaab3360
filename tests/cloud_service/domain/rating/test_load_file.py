"""Load files: the step is told by the data, and a doubt is a refusal with its line."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cloud_service.domain.rating.calculator import read_usage
from cloud_service.domain.rating.load_file import intervals, read_column, span_of, spread, step_of
from common.errors import InputError

JANUARY = date(2026, 1, 1)


def column(count: int, text: str = "1.5") -> str:
    return "\n".join([text] * count)


@pytest.mark.parametrize(
    ("count", "start", "zone", "minutes"),
    [
        pytest.param(8760, date(2018, 1, 1), "UTC", 60, id="a year of hours"),
        pytest.param(8784, date(2024, 1, 1), "UTC", 60, id="a leap year of hours"),
        pytest.param(8760, date(2018, 1, 1), "America/Los_Angeles", 60, id="a year with clock changes"),
        pytest.param(17520, date(2018, 1, 1), "UTC", 30, id="a year of half hours"),
        pytest.param(35040, date(2018, 1, 1), "UTC", 15, id="a year of quarter hours"),
        pytest.param(105120, date(2018, 1, 1), "UTC", 5, id="a year of five minutes"),
        pytest.param(8760, date(2024, 1, 1), "UTC", 60, id="365 days of a leap year"),
        pytest.param(744, JANUARY, "UTC", 60, id="a month of hours"),
        pytest.param(2976, JANUARY, "UTC", 15, id="a month of quarter hours"),
        pytest.param(743, date(2026, 3, 1), "Europe/Berlin", 60, id="a month with a skipped hour"),
    ],
)
def test_the_step_is_told_by_the_number_of_values(count: int, start: date, zone: str, minutes: int) -> None:
    assert minutes * 60 == step_of(read_column(column(count), "load.csv"), start, zone, "load.csv")


@pytest.mark.parametrize("count", [96, 288, 1440, 7, 100])
def test_a_number_of_values_that_fits_several_steps_or_none_is_refused(count: int) -> None:
    with pytest.raises(InputError, match="do not say their step") as refused:
        step_of(read_column(column(count), "load.csv"), JANUARY, "UTC", "load.csv")
    assert "--step" in refused.value.hint


def test_times_tell_the_step() -> None:
    rows = "time,kWh\n" + "\n".join(f"2026-01-01T{hour:02d}:{minute:02d},1" for hour in range(24) for minute in (0, 30))
    column = read_column(rows, "load.csv")

    assert ("kWh", 1800) == (column.unit, step_of(column, JANUARY, "UTC", "load.csv"))
    assert 1 == span_of(column, JANUARY, "UTC", 1800, "load.csv").days


def test_times_with_an_offset_are_instants() -> None:
    rows = "\n".join(f"2025-12-31T{hour:02d}:00:00+00:00,1" for hour in (23,)) + "\n"
    rows += "\n".join(f"2026-01-01T{hour:02d}:00:00+00:00,1" for hour in range(23))
    column = read_column(rows, "load.csv")

    assert 1 == span_of(column, JANUARY, "Europe/Berlin", 3600, "load.csv").days


def test_local_times_follow_the_clock_change() -> None:
    hours = [*range(2), *range(3, 24)]
    rows = "\n".join(f"2026-03-29 {hour:02d}:00,1" for hour in hours)
    column = read_column(rows, "load.csv")

    assert 1 == span_of(column, date(2026, 3, 29), "Europe/Berlin", 3600, "load.csv").days


@pytest.mark.parametrize(
    "times",
    [
        pytest.param(["00:00", "01:00", "03:00"], id="a gap"),
        pytest.param(["00:00", "01:00", "01:00"], id="a repeat"),
        pytest.param(["00:00", "02:00", "01:00"], id="another order"),
        pytest.param(["01:00", "02:00", "03:00"], id="another start"),
    ],
)
def test_a_time_out_of_its_place_is_refused_with_its_line(times: list[str]) -> None:
    rest = [f"{hour:02d}:00" for hour in range(4, 25)]
    rows = "\n".join(f"2026-01-01 {time},1" if time != "24:00" else "2026-01-02 00:00,1" for time in [*times, *rest])
    column = read_column(rows, "load.csv")

    with pytest.raises(InputError, match="stands where") as refused:
        span_of(column, JANUARY, "UTC", 3600, "load.csv")
    assert refused.value.path.startswith("load.csv:")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        pytest.param("1\n2\nthree\n", "load.csv:3", id="a word"),
        pytest.param("1\nnan\n", "load.csv:2", id="not a number"),
        pytest.param("1,2,3\n", "load.csv:1", id="three columns"),
        pytest.param("2026-01-01 00:00,1\n2\n", "load.csv:2", id="a time is missing"),
        pytest.param("2026-01-01 00:00,\n", "load.csv:1", id="a value is missing"),
        pytest.param("kW\n", "load.csv", id="only a header"),
        pytest.param("kWh\nload\n1\n", "load.csv:2", id="two headers, of which one names the unit"),
        pytest.param("n/a\n1\n", "load.csv:1", id="a missing value is no header"),
        pytest.param('kWh\n"0,5"\n', "load.csv:2", id="a comma before decimals"),
        pytest.param("time;kWh\n2026-01-01 00:00;1\n", "load.csv:2", id="semicolons between columns"),
        pytest.param("kWh\n1_000\n", "load.csv:2", id="a number only for Python"),
        pytest.param("1e999999\n", "load.csv:1", id="a number that no meter shows"),
        pytest.param("", "load.csv", id="nothing"),
    ],
)
def test_a_file_that_is_none_is_refused_with_its_line(text: str, path: str) -> None:
    with pytest.raises(InputError) as refused:
        read_column(text, "load.csv")

    assert path == refused.value.path


@pytest.mark.parametrize(
    ("times", "line"),
    [
        pytest.param([f"{hour:02d}:00" for hour in range(24) if hour != 3], 4, id="a gap and no more"),
        pytest.param([f"{hour:02d}:00:30" for hour in range(24)], 1, id="half a minute late"),
    ],
)
def test_a_file_of_too_few_or_late_rows_is_refused_where_it_goes_wrong(times: list[str], line: int) -> None:
    column = read_column("\n".join(f"2026-01-01 {time},1" for time in times), "load.csv")

    with pytest.raises(InputError, match="stands where") as refused:
        span_of(column, JANUARY, "UTC", 3600, "load.csv")
    assert f"load.csv:{line}" == refused.value.path


def test_times_with_and_without_an_offset_are_refused() -> None:
    column = read_column("2026-01-01 00:00,1\n2026-01-01T01:00+00:00,1\n", "load.csv")

    with pytest.raises(InputError, match="some times have an offset") as refused:
        step_of(column, JANUARY, "UTC", "load.csv")
    assert "load.csv:2" == refused.value.path


@pytest.mark.parametrize("header", ["Wh", "energy (MWh)", "Power [W]", "demand_MW", "kVA", "kvarh"])
def test_a_load_in_another_unit_is_refused_and_never_taken_for_kw(tmp_path: Path, header: str) -> None:
    (tmp_path / "load.csv").write_text(f"{header}\n" + column(744))

    with pytest.raises(InputError, match="the values of a load are kW or kWh"):
        read_usage({"import": tmp_path / "load.csv"}, JANUARY, "UTC")
    assert read_usage({"import": tmp_path / "load.csv"}, JANUARY, "UTC", unit="kWh")


@pytest.mark.parametrize("header", ["kW", "kvar", "power W"])
def test_power_is_not_taken_for_what_a_register_counted(tmp_path: Path, header: str) -> None:
    (tmp_path / "load.csv").write_text(f"{header}\n" + column(744))

    with pytest.raises(InputError, match="a register's file has what was counted in each step"):
        read_usage({"reactive_import": tmp_path / "load.csv"}, JANUARY, "UTC")


def test_export_with_the_sign_of_a_credit_is_refused(tmp_path: Path) -> None:
    (tmp_path / "load.csv").write_text("kWh\n" + column(744, "-1"))

    with pytest.raises(InputError, match="below 0 in sum"):
        read_usage({"export": tmp_path / "load.csv"}, JANUARY, "UTC")


def test_a_word_for_a_time_is_refused() -> None:
    with pytest.raises(InputError, match="is not a time"):
        step_of(read_column("noon,1\nevening,2\n", "load.csv"), JANUARY, "UTC", "load.csv")


def test_comments_and_empty_lines_are_left_out() -> None:
    assert (Decimal(1), Decimal(2)) == read_column("# a load\n\nkW\n1\n\n2\n", "load.csv").values


def test_power_becomes_the_energy_of_its_step() -> None:
    column = read_column("0.123456789123\n2\n", "load.csv")

    assert [30864197, 500000000] == intervals(column, 900, "kW", "load.csv", negative=False).values.tolist()
    assert [123456789, 2000000000] == intervals(column, 900, "kWh", "load.csv", negative=False).values.tolist()


def test_a_load_below_zero_is_refused_and_an_export_may_be() -> None:
    column = read_column("1\n-0.5\n", "load.csv")

    with pytest.raises(InputError, match="below 0") as refused:
        intervals(column, 3600, "kW", "load.csv", negative=False)
    assert "load.csv:2" == refused.value.path
    assert -500_000_000 == intervals(column, 3600, "kW", "load.csv", negative=True).values[1]


def test_values_that_no_connection_has_are_refused() -> None:
    with pytest.raises(InputError, match="too large"):
        intervals(read_column("9999999999999\n", "load.csv"), 3600, "kW", "load.csv", negative=False)


def test_energy_that_is_spread_over_shorter_steps_stays_the_same() -> None:
    quarters = spread(
        intervals(read_column("0.000000001\n7\n", "load.csv"), 3600, "kWh", "load.csv", negative=False), 900
    )

    assert [0, 0, 0, 1, *[1_750_000_000] * 4] == quarters.values.tolist()
