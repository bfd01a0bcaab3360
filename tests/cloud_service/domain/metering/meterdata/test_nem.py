"""Australian meter data files: the real examples give their exact sums, damaged ones name line, field and reason."""

import io
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloud_service.domain.metering.meterdata import BadFileError, FileSummary, read
from tests.cloud_service.domain.metering.meterdata.mdff import CHANNEL, END, HEADER, day, refusal
from tests.shared import need_shared


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

        sums = {
            (row["meter"], row["register"]): (row["intervals"], row["sum"]) for row in summary.as_json()["registers"]
        }
        assert {key: (count, str(total)) for key, (count, total) in plain_sums(file).items()} == sums
        assert summary.findings == []


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
