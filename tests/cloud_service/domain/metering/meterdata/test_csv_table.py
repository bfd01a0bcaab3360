"""Our CSV: header or mapping, zones, steps and signs; a wrong line refuses the file."""

import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from cloud_service.domain.metering.meterdata import (
    BadFileError,
    ColumnMapping,
    FileIndexReads,
    FileIntervals,
    FileSummary,
    FormatOptions,
    read,
)
from common.errors import InputError


def load(text: str, **mapping: Any) -> tuple[dict[str, Any], list[Any]]:
    summary = FileSummary([])
    blocks = list(read(io.BytesIO(text.encode()), "csv", summary, FormatOptions(ColumnMapping(**mapping))))
    return summary.as_json(), blocks


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


def test_a_table_with_our_own_column_names_needs_no_mapping() -> None:
    summary, (block,) = load(
        "meter,register,time,value,unit,kind\n"
        "M1,import,2024-05-01T00:00:00+02:00,1000.5,kWh,index\n"
        "M1,import,2024-05-02T00:00:00+02:00,1010.25,kWh,index\n"
    )

    assert isinstance(block, FileIndexReads)
    assert (utc("2024-04-30T22:00"), utc("2024-05-01T22:00")) == block.at_ms
    assert [("M1", "import", "9.75", 1)] == [
        (row["meter"], row["register"], row["sum"], row["intervals"]) for row in summary["registers"]
    ]


def test_a_foreign_table_is_read_by_its_mapping() -> None:
    _, (block,) = load(
        "Zählpunkt;Von;Verbrauch\nDE001;01.05.2024 00:00;0,25\nDE001;01.05.2024 00:15;0,5\n",
        columns={"meter": "Zählpunkt", "time": "Von", "value": "Verbrauch"},
        constants={"kind": "interval", "step": "900", "register": "1-1:1.29.0"},
        zone="Europe/Berlin",
        decimal=",",
        time_format="%d.%m.%Y %H:%M",
    )

    assert isinstance(block, FileIntervals)
    assert (utc("2024-04-30T22:00"), (Decimal("0.25"), Decimal("0.5"))) == (block.start_ms, block.values)
    assert ("1-1:1.29.0", 900) == (block.channel.register, block.channel.step_s)


def test_interval_times_may_be_ends() -> None:
    _, (block,) = load(
        "meter,time,value\nM1,2024-05-01T00:15Z,1\n",
        constants={"kind": "interval", "step": "900"},
        interval_time="end",
    )

    assert utc("2024-05-01T00:00") == block.start_ms


def test_the_hour_that_comes_twice_is_two_hours() -> None:
    times = ("01:00", "02:00", "02:00", "03:00")
    text = "meter,time,value\n" + "".join(f"M1,2024-10-27T{time},1\n" for time in times)

    summary, (block,) = load(text, constants={"kind": "interval", "step": "3600"}, zone="Europe/Berlin")

    assert (4, utc("2024-10-26T23:00"), utc("2024-10-27T03:00")) == (len(block.values), block.start_ms, block.end_ms)
    assert "4" == summary["registers"][0]["sum"]


def test_a_time_that_the_clock_skipped_is_refused() -> None:
    with pytest.raises(BadFileError, match="set forward") as caught:
        load("meter,time,value\nM1,2024-03-31T02:30,1\n", zone="Europe/Berlin")

    assert (2, "time") == (caught.value.line, caught.value.field)


def test_registers_may_be_mixed_line_by_line() -> None:
    lines = [f"M{meter},2024-05-01T0{hour}:00Z,{meter}.{hour}" for hour in range(3) for meter in (1, 2)]
    summary, blocks = load("meter,time,value\n" + "\n".join(lines), constants={"kind": "interval", "step": "3600"})

    assert [("M1", "3.3"), ("M2", "6.3")] == [(row["meter"], row["sum"]) for row in summary["registers"]]
    assert 2 == len(blocks)


def test_newest_first_gives_the_same_difference() -> None:
    summary, _ = load(
        "meter,time,value\nM1,2024-05-03Z,30\nM1,2024-05-02T00:00Z,20\nM1,2024-05-01T00:00Z,5\n".replace(
            "03Z", "03T00:00Z"
        )
    )

    assert ("25", 2) == (summary["registers"][0]["sum"], summary["registers"][0]["intervals"])


@pytest.mark.parametrize(
    ("text", "line", "field"),
    [
        ("", 1, "meter"),
        ("meter,value\nM1,1\n", 1, "time"),
        ("meter,time,value\nM1,2024-05-01T00:00Z\n", 2, ""),
        ("meter,time,value\n,2024-05-01T00:00Z,1\n", 2, "meter"),
        ("meter,time,value\nM1,yesterday,1\n", 2, "time"),
        ("meter,time,value\nM1,2024-05-01T00:00Z,1\nM1,2024-05-01T00:15Z,much\n", 3, "value"),
        ("meter,time,value,unit\nM1,2024-05-01T00:00Z,1,furlong\n", 2, "unit"),
        ("meter,time,value,kind\nM1,2024-05-01T00:00Z,1,guess\n", 2, "kind"),
        ("meter,time,value,kind,step\nM1,2024-05-01T00:00Z,1,interval,7\n", 2, "step"),
        ("meter,time,value,quality\nM1,2024-05-01T00:00Z,1,superb\n", 2, "quality"),
        ("meter,time,value\nM1,2024-05-01T00:00Z,1\nM1,2024-05-01T00:00Z,2\n", 3, "time"),
        ('meter,time,value\nM1,"2024-05-01T00:00Z,1\n', 2, ""),
    ],
)
def test_a_wrong_line_refuses_the_file(text: str, line: int, field: str) -> None:
    with pytest.raises(BadFileError) as caught:
        load(text)

    assert (line, field) == (caught.value.line, caught.value.field)


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("12.890,50", ",", "12890.50"),
        ("8.570", ",", "8570"),
        ("1.234.567,8", ",", "1234567.8"),
        ("12 890,5", ",", "12890.5"),
        ("12,890.50", ".", "12890.50"),
        ("313,70", ",", "313.70"),
    ],
)
def test_signs_between_thousands_are_no_decimals(text: str, decimal: str, value: str) -> None:
    summary, _ = load(f"meter;time;value\nM1;2024-05-01T00:00Z;{text}\n", decimal=decimal)

    assert value == summary["registers"][0]["index"]


@pytest.mark.parametrize(("text", "decimal"), [("1.5", ","), ("1,234.50", ","), ("1,234", "."), ("12.89,50", ",")])
def test_a_number_that_does_not_fit_its_decimal_sign_is_refused_as_it_stands(text: str, decimal: str) -> None:
    with pytest.raises(BadFileError, match=f"'{text}' is not a number"):
        load(f"meter;time;value\nM1;2024-05-01T00:00Z;{text}\n", decimal=decimal)


def test_an_unknown_column_in_the_mapping_is_refused() -> None:
    with pytest.raises(InputError, match="metre"):
        ColumnMapping(columns={"metre": "M"})


def test_bytes_that_are_no_text_are_refused_with_their_line() -> None:
    with pytest.raises(BadFileError, match="UTF-8") as caught:
        list(read(io.BytesIO(b"meter,time,value\nM1,2024-05-01T00:00Z,1\nM\xff,x,1\n"), "csv", FileSummary([])))

    assert 3 == caught.value.line


@pytest.mark.parametrize(
    ("register", "direction"),
    [("import", "import"), ("energy_import_total", "import"), ("export", "export"), ("energy_export_total", "export")],
)
def test_a_register_named_as_gateways_name_it_counts_in_its_direction(register: str, direction: str) -> None:
    _, (block,) = load(
        f"meter,register,time,value\nM1,{register},2024-05-01T00:00Z,1\nM1,{register},2024-05-02T00:00Z,2\n"
    )

    assert direction == block.channel.direction


def test_a_column_that_changes_makes_another_channel_and_spaces_around_it_do_not() -> None:
    summary, _ = load(
        "meter,register,time,value,unit\n"
        "M1,import,2024-05-01T00:00Z,1,kWh\n"
        " M1 ,import,2024-05-02T00:00Z, 2 ,kWh\n"
        "M2,import,2024-05-01T00:00Z,5,Wh\n"
        "M2,import,2024-05-02T00:00Z,1005,Wh\n"
    )

    assert [("M1", "1"), ("M2", "1.000")] == [(row["meter"], row["sum"]) for row in summary["registers"]]


def test_one_time_may_be_stated_for_all_lines() -> None:
    _, blocks = load("meter,value\nM1,1.5\nM2,2.5\n", constants={"time": "2024-05-01T00:00Z"})

    assert {utc("2024-05-01T00:00")} == {at for block in blocks for at in block.at_ms}


@pytest.mark.parametrize("newest_first", [False, True])
def test_the_order_of_rows_over_the_clock_change_does_not_matter(newest_first: bool) -> None:
    """An Irish half-hourly export begins with the newest row; times are those at which an interval ended."""
    values = {"00:30": "8", "01:00": "7", "01:30": "6"} | {"01:00 ": "5", "01:30 ": "4", "02:00": "3", "02:30": "2"}
    rows = [f"10,Active Export Interval (kWh),27-10-2024 {time.strip()},{value}\n" for time, value in values.items()]

    _, blocks = load(
        "meter,register,time,value\n" + "".join(reversed(rows) if newest_first else rows),
        constants={"kind": "interval", "step": "1800"},
        zone="Europe/Dublin",
        time_format="%d-%m-%Y %H:%M",
        interval_time="end",
    )

    stored = {block.start_ms + place * 1_800_000: value for block in blocks for place, value in enumerate(block.values)}
    first = utc("2024-10-26T23:00")
    assert {first + place * 1_800_000: Decimal(8 - place) for place in range(7)} == stored
    assert ("kWh", "export") == (blocks[0].channel.unit, blocks[0].channel.direction)


def test_an_obis_code_decides_what_a_register_counts() -> None:
    text = "meter,register,time,value\nM1,1-1:{},2024-05-01T00:00Z,1\n"
    constants = {"kind": "interval"}

    _, (reactive,) = load(text.format("5.29.0"), constants=constants)
    _, (export,) = load(text.format("2.29.0"), constants=constants)

    assert ("kvarh", "reactive_energy") == (reactive.channel.unit, reactive.channel.quantity)
    assert ("kWh", "export") == (export.channel.unit, export.channel.direction)
    with pytest.raises(BadFileError, match="group 32 of medium 1"):
        load(text.format("32.7.0"), constants=constants)
    with pytest.raises(BadFileError, match="says kWh"):
        load(text.format("5.29.0"), constants=constants | {"unit": "kWh"})


def test_lines_before_the_head_and_times_of_both_ends_are_read_and_lines_are_counted_from_the_top() -> None:
    text = (
        "Energy Usage Information\nFor location: 1 Main St\n\n"
        '"Meter","When","Usage(Real energy in kilowatt-hours)"\n'
        '"M1","2026-01-05 00:00:00 to 2026-01-05 01:00:00","0.52"\n'
        '"M1","2026-01-05 01:00:00 to 2026-01-05 02:00:00","0.5x"\n'
    )
    columns = {"meter": "meter", "time": "when", "value": "usage(real energy in kilowatt-hours)"}

    _, (block,) = load(text.replace("0.5x", "0.25"), columns=columns, zone="America/Los_Angeles")
    with pytest.raises(BadFileError) as refused:
        load(text, columns=columns, zone="America/Los_Angeles")

    assert isinstance(block, FileIntervals)
    assert (utc("2026-01-05T08:00"), (Decimal("0.52"), Decimal("0.25")), 3600) == (
        block.start_ms, block.values, block.channel.step_s,
    )  # fmt: skip
    assert 6 == refused.value.line


def test_the_day_and_the_time_of_day_may_stand_in_two_columns() -> None:
    _, (block,) = load(
        "meter;Datum;Uhrzeit;value\nM1;05.01.2026;00:00;1,5\nM1;05.01.2026;00:15;2\n",
        columns={"time": "Datum", "time_of_day": "Uhrzeit"},
        constants={"kind": "interval"}, time_format="%d.%m.%Y %H:%M", decimal=",",
    )  # fmt: skip

    assert (utc("2026-01-05T00:00"), (Decimal("1.5"), Decimal(2))) == (block.start_ms, block.values)


def test_days_and_months_cover_what_the_calendar_says() -> None:
    summary, blocks = load(
        "meter,time,value,unit\nG1,2026-10-24,1.5,therms\nG1,2026-10-25,2,therms\nG1,2026-10-26,2.5,therms\n",
        constants={"kind": "interval", "step": "day"}, zone="Europe/Berlin",
    )  # fmt: skip

    assert [86_400, 90_000, 86_400] == [
        block.channel.step_s for block in sorted(blocks, key=lambda block: block.start_ms)
    ]
    (row,) = summary["registers"]
    assert ("therm", "6.0", "2026-10-24T00:00:00+02:00", "2026-10-27T00:00:00+01:00") == (
        row["unit"], row["sum"], row["first"], row["last"],
    )  # fmt: skip
