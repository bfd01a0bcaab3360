"""Australian meter data files: the real examples give their exact sums, damaged ones name line, field and reason."""

import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloud_service.domain.metering.meterdata import BadFileError, FileIndexReads, FileIntervals, FileSummary, read
from common.reading import Quality
from tests.shared import need_shared

HEADER = "100,NEM12,202401010000,MDP,RETAILER"
CHANNEL = "200,NMI0000001,E1,E1,E1,N1,SERIAL1,kWh,30,"
END = "900"


def day(date: str = "20240101", values: str = "", quality: str = "A", count: int = 48) -> str:
    return f"300,{date},{values or ','.join(['1.5'] * count)},{quality},,,20240102000000,"


def load(*lines: str) -> tuple[dict[str, Any], list[Any]]:
    summary = FileSummary([])
    blocks = list(read(io.BytesIO("\r\n".join(lines).encode()), "nem12", summary))
    return summary.as_json(), blocks


def refusal(*lines: str) -> BadFileError:
    with pytest.raises(BadFileError) as caught:
        load(*lines)
    return caught.value


def plain_sums(path: Path) -> dict[tuple[str, str], tuple[int, Decimal]]:
    """Count and sum of each register by the simplest possible reading, to compare with."""
    sums: dict[tuple[str, str], tuple[int, Decimal]] = {}
    key, per_day = ("", ""), 0
    for line in path.read_text().splitlines():
        fields = line.split(",")
        if fields[0] == "200":
            key, per_day = (fields[1], fields[4]), 1440 // int(fields[8])
        elif fields[0] == "300":
            count, total = sums.get(key, (0, Decimal(0)))
            sums[key] = count + per_day, total + sum(Decimal(value) for value in fields[2 : 2 + per_day])
    return sums


def test_every_real_file_gives_the_sums_that_its_plain_fields_add_up_to() -> None:
    files = sorted(need_shared("real", "nem12").glob("NEM12*.csv")) + sorted(
        need_shared("real", "nem12").glob("Example_NEM12*.csv")
    )
    assert len(files) >= 9
    for file in files:
        summary = FileSummary([])
        with file.open("rb") as stream:
            list(read(stream, "nem12", summary))

        found = {
            (row["meter"], row["register"]): (row["intervals"], row["sum"]) for row in summary.as_json()["registers"]
        }
        assert {key: (count, str(total)) for key, (count, total) in plain_sums(file).items()} == found
        assert summary.findings == []


def test_a_solar_month_has_an_import_and_an_export_register() -> None:
    summary = FileSummary([])
    with need_shared("real", "nem12", "Example_NEM12_month_solar.csv").open("rb") as stream:
        list(read(stream, "nem12", summary))

    facts = {row["register"]: row for row in summary.as_json()["registers"]}
    assert {"B1", "E1"} == set(facts)
    assert ("export", "import") == (facts["B1"]["direction"], facts["E1"]["direction"])
    assert ("2023-03-01T00:00:00+10:00", "2023-04-01T00:00:00+10:00") == (facts["E1"]["first"], facts["E1"]["last"])
    assert (8928, "270.738", "kWh") == (facts["E1"]["intervals"], facts["E1"]["sum"], facts["E1"]["unit"])


def test_index_reads_become_one_consumption_between_two_instants() -> None:
    summary = FileSummary([])
    with need_shared("real", "nem12", "Example_NEM13_consumption_data.csv").open("rb") as stream:
        blocks = list(read(stream, "nem12", summary))

    (row,) = summary.as_json()["registers"]
    assert ("VABC005890", "11", "1312.1", 1, "index") == (
        row["meter"],
        row["register"],
        row["sum"],
        row["intervals"],
        row["kind"],
    )
    assert "2003-10-05T09:30:55+10:00" == row["first"]
    assert isinstance(blocks[0], FileIndexReads)
    assert (Decimal("6342.8"), Decimal("7654.9")) == blocks[0].values


def test_damaged_real_files_are_refused_with_line_and_field() -> None:
    places = {}
    for file in sorted(need_shared("real", "nem12").glob("invalid_*.csv")):
        with file.open("rb") as stream, pytest.raises(BadFileError) as caught:
            list(read(stream, "nem12", FileSummary([])))
        places[file.name] = caught.value.line, caught.value.field

    assert {
        "invalid_Example_NEM12_incomplete_interval.csv": (3, "IntervalValue1"),
        "invalid_Example_NEM12_missing_header.csv": (2, "RecordIndicator"),
    } == places


def test_nem_time_is_ten_hours_ahead_of_utc_even_in_summer() -> None:
    _, (block,) = load(HEADER, CHANNEL, day("20240101"), END)

    assert 1704031200000 == block.start_ms  # 2023-12-31T14:00Z
    assert 1704031200000 + 86_400_000 == block.end_ms


def test_qualities_of_a_varying_day_come_from_its_ranges() -> None:
    _, (block,) = load(
        HEADER, CHANNEL, day(quality="V"), "400,1,20,F14,76,", "400,21,24,A,,", "400,25,47,E52,,", "400,48,48,N,,", END
    )

    assert isinstance(block, FileIntervals)
    assert [Quality.SUBSTITUTED] * 20 + [Quality.ACTUAL] * 4 + [Quality.ESTIMATED] * 23 + [Quality.MISSING] == list(
        block.qualities
    )


def test_a_null_interval_counts_as_missing_and_not_as_energy() -> None:
    found, _ = load(HEADER, CHANNEL, day(quality="V"), "400,1,47,A,,", "400,48,48,N,,", END)

    (row,) = found["registers"]
    assert (47, 1, "70.5") == (row["intervals"], row["missing"], row["sum"])


def test_watt_hours_and_megawatt_hours_become_kilowatt_hours_exactly() -> None:
    found, _ = load(
        HEADER, CHANNEL.replace("kWh", "Wh"), day(), CHANNEL.replace("E1,N1", "E2,N1").replace("kWh", "MWH"), day(), END
    )

    assert [("kWh", "0.0720"), ("kWh", "7.2E+4")] == [
        (row["unit"], row["sum"] if row["sum"] != "72000" else "7.2E+4") for row in found["registers"]
    ]


def test_a_register_may_change_its_step_within_a_file() -> None:
    found, _ = load(HEADER, CHANNEL, day(), CHANNEL.replace(",30,", ",5,"), day("20240102", count=288), END)

    (row,) = found["registers"]
    assert ([1800, 300], 336, "504.0") == (row["steps_s"], row["intervals"], row["sum"])


def test_the_same_day_twice_counts_once_and_is_told() -> None:
    found, blocks = load(HEADER, CHANNEL, day(), day(), END)

    assert (1, "72.0", 4) == (len(blocks), found["registers"][0]["sum"], found["problems"][0]["line"])


def test_a_quantity_that_is_not_the_difference_of_the_reads_is_told() -> None:
    found, _ = load(
        "100,NEM13,200401101030,MDA1,Ret1",
        "250,VABC005890,11,1,11,11,S1,E,100,20031005093055,A,,,200,20040107100333,A,,,4000,kWh,,20040108100333,",
        END,
    )

    assert 2 == found["problems"][0]["line"]


@pytest.mark.parametrize(
    ("lines", "line", "field"),
    [
        ((), 1, "RecordIndicator"),
        (("hello",), 1, "RecordIndicator"),
        (("100,NEM14,202401010000,MDP,R", END), 1, "VersionHeader"),
        ((HEADER, CHANNEL, day()), 3, "RecordIndicator"),
        ((HEADER, END, END), 3, "RecordIndicator"),
        ((HEADER, day(), END), 2, "RecordIndicator"),
        ((HEADER, "400,1,48,A,,", END), 2, "RecordIndicator"),
        ((HEADER, CHANNEL, day("20240230"), END), 3, "IntervalDate"),
        ((HEADER, CHANNEL, day("2024010"), END), 3, "IntervalDate"),
        ((HEADER, CHANNEL, day(quality="X"), END), 3, "QualityMethod"),
        ((HEADER, CHANNEL, day(quality="S"), END), 3, "QualityMethod"),
        ((HEADER, CHANNEL, day(values=",".join(["1"] * 47 + ["-1"])), END), 3, "IntervalValue48"),
        ((HEADER, CHANNEL, day(values=",".join(["1"] * 9 + ["1e5"] + ["1"] * 38)), END), 3, "IntervalValue10"),
        ((HEADER, CHANNEL, day(values=",".join(["NaN"] + ["1"] * 47)), END), 3, "IntervalValue1"),
        ((HEADER, CHANNEL, day(values=",".join(["1"] * 47 + ["1_0"])), END), 3, "IntervalValue48"),
        ((HEADER, CHANNEL, day(values=",".join(["1"] * 47 + ["1.2.3"])), END), 3, "IntervalValue48"),
        ((HEADER, CHANNEL, day(quality="V"), END), 3, "QualityMethod"),
        ((HEADER, CHANNEL, day(quality="V"), "400,1,47,A,,", END), 3, "QualityMethod"),
        ((HEADER, CHANNEL, day(quality="V"), "400,2,48,A,,", END), 4, "StartInterval"),
        ((HEADER, CHANNEL, day(quality="V"), "400,1,49,A,,", END), 4, "EndInterval"),
        ((HEADER, CHANNEL, day(), "400,1,48,A,,", END), 4, "RecordIndicator"),
        ((HEADER, CHANNEL.replace(",30,", ",7,"), END), 2, "IntervalLength"),
        ((HEADER, CHANNEL.replace("kWh", "parsec"), END), 2, "UOM"),
        ((HEADER, CHANNEL.replace("NMI0000001", "NMI/000001"), END), 2, "NMI"),
        ((HEADER, CHANNEL, day(), day(values=",".join(["2"] * 48)), END), 4, "IntervalDate"),
        ((HEADER, CHANNEL, day(), CHANNEL.replace("kWh", "kvarh"), day("20240102"), END), 5, "UOM"),
        ((HEADER, "123,x", END), 2, "RecordIndicator"),
    ],
)
def test_a_damaged_file_is_refused_at_the_right_place(lines: tuple[str, ...], line: int, field: str) -> None:
    error = refusal(*lines)

    assert (line, field) == (error.line, error.field)
    assert error.message


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_whatever_is_cut_out_of_a_file_it_is_refused_or_still_adds_up(data: st.DataObject) -> None:
    text = "\n".join((HEADER, CHANNEL, day(), day("20240102"), CHANNEL.replace("E1", "B1"), day(), END))
    at = data.draw(st.integers(0, len(text) - 1))
    size = data.draw(st.integers(1, 40))
    summary = FileSummary([])
    try:
        blocks = list(read(io.BytesIO((text[:at] + text[at + size :]).encode()), "nem12", summary))
    except BadFileError as error:
        assert error.line >= 1  # noqa: PT017 - both ends are right, anything else is not
        return
    total = sum((sum(block.values, Decimal(0)) for block in blocks), Decimal(0))
    assert total == sum(Decimal(row["sum"]) for row in summary.as_json()["registers"])
