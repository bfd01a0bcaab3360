"""MSCONS: load profiles and index reads, statuses, offsets, release characters; a cut file is refused."""

import io
from typing import Any

import pytest

from cloud_service.domain.metering.meterdata import BadFileError, FileIndexReads, FileIntervals, FileSummary, read
from common.reading import Quality

HEAD = "UNA:+.? '", "UNB+UNOC:3+1:500+2:500+240101:0000+REF'", "UNH+1+MSCONS:D:04B:UN:2.4c'", "LOC+172+DE0001'"
TAIL = "UNT+9+1'", "UNZ+1+REF'"
PROFILE = "LIN+1'", "PIA+5+1-1?:1.29.0:SRW'"


def quarter(hour: str, end: str, value: str, status: str = "220") -> tuple[str, ...]:
    return (
        f"QTY+{status}:{value}'",
        f"DTM+163:20240101{hour}?+00:303'",
        f"DTM+164:20240101{end}?+00:303'",
    )


def load(*segments: str) -> tuple[dict[str, Any], list[Any]]:
    summary = FileSummary([])
    blocks = list(read(io.BytesIO("\n".join(segments).encode()), "mscons", summary))
    return summary.as_json(), blocks


def test_a_load_profile_is_one_block_of_intervals() -> None:
    summary, (block,) = load(
        *HEAD, *PROFILE, *quarter("0000", "0015", "0.25"), *quarter("0015", "0030", "0.5", "67"), *TAIL
    )

    (row,) = summary["registers"]
    assert isinstance(block, FileIntervals)
    assert ("DE0001", "1-1:1.29.0", "kWh", 2, "0.75") == tuple(
        row[name] for name in ("meter", "register", "unit", "intervals", "sum")
    )
    assert [Quality.ACTUAL, Quality.SUBSTITUTED] == list(block.qualities)
    assert "2024-01-01T00:00:00+00:00" == row["first"]


def test_times_carry_their_offset() -> None:
    segments = [segment.replace("?+00", "?+01") for segment in quarter("0100", "0115", "1")]

    summary, _ = load(*HEAD, *PROFILE, *segments, *TAIL)

    assert "2024-01-01T00:00:00+00:00" == summary["registers"][0]["first"]


def test_index_reads_are_subtracted() -> None:
    reads = [
        segment
        for day, value in (("01", "100.5"), ("31", "131"))
        for segment in (f"QTY+220:{value}:KWH'", f"DTM+7:202401{day}0000?+00:303'")
    ]

    summary, (block,) = load(*HEAD, "PIA+5+1-1?:2.8.0:SRW'", *reads, *TAIL)

    assert isinstance(block, FileIndexReads)
    assert ("30.5", "export") == (summary["registers"][0]["sum"], summary["registers"][0]["direction"])


def test_a_hole_in_the_profile_makes_two_blocks() -> None:
    _, blocks = load(*HEAD, *PROFILE, *quarter("0000", "0015", "1"), *quarter("0030", "0045", "1"), *TAIL)

    assert 2 == len(blocks)


@pytest.mark.parametrize(
    "segments",
    [
        ("hello",),
        (*HEAD, *PROFILE, *quarter("0000", "0015", "1")),
        (*HEAD, *PROFILE, *quarter("0000", "0015", "1"), "UNT+9+1'", "UNZ+1+REF"),
        (*HEAD, *PROFILE, *quarter("0000", "0007", "1"), *TAIL),
        (*HEAD, *PROFILE, *quarter("0000", "0015", "much"), *TAIL),
        (*HEAD, *PROFILE, *quarter("0000", "0015", "1", "999"), *TAIL),
        (*HEAD, *PROFILE, "QTY+220:1'", *TAIL),
        (*HEAD, *quarter("0000", "0015", "1"), *TAIL),
        (*HEAD[:2], "UNH+1+INVOIC:D:04B'", *TAIL),
        (*HEAD, *PROFILE, *quarter("9900", "0015", "1"), *TAIL),
        (*HEAD, *PROFILE, *quarter("0000", "0015", "1"), *quarter("0000", "0015", "2"), *TAIL),
    ],
)
def test_what_is_wrong_refuses_the_file(segments: tuple[str, ...]) -> None:
    with pytest.raises(BadFileError):
        load(*segments)


@pytest.mark.parametrize(
    ("code", "unit", "quantity", "direction"),
    [
        ("1-1?:1.29.0", "kWh", "active_energy", "import"),
        ("1-1?:2.29.0", "kWh", "active_energy", "export"),
        ("1-1?:5.29.0", "kvarh", "reactive_energy", "import"),
        ("1-1?:8.29.0", "kvarh", "reactive_energy", "export"),
        ("7-0?:3.0.0", "m3", "volume", "import"),
    ],
)
def test_the_obis_code_says_what_was_counted(code: str, unit: str, quantity: str, direction: str) -> None:
    _, (block,) = load(*HEAD, f"PIA+5+{code}:SRW'", *quarter("0000", "0015", "0.5"), *TAIL)

    channel = block.channel
    assert (unit, quantity, direction) == (channel.unit, channel.quantity, channel.direction)


@pytest.mark.parametrize(
    ("code", "unit", "message"),
    [
        ("1-1?:5.29.0", "KWH", "says kWh, and the OBIS code"),
        ("1-1?:13.29.0", "", "OBIS code 1-1:13.29.0: group 13"),
        ("1-1?:1.6.0", "", "a highest demand is not counted up"),
        ("Z30", "", "'Z30' is no OBIS code"),
    ],
)
def test_a_code_that_says_something_else_is_refused_with_its_segment(code: str, unit: str, message: str) -> None:
    value = f"0.5:{unit}" if unit else "0.5"

    with pytest.raises(BadFileError, match=message) as refused:
        load(*HEAD, f"PIA+5+{code}:SRW'", *quarter("0000", "0015", value), *TAIL)

    assert refused.value.line in {4, 5}


def test_a_unit_may_be_a_multiple_of_the_code_s() -> None:
    summary, (block,) = load(*HEAD, "PIA+5+1-1?:3.29.0:SRW'", *quarter("0000", "0015", "0.5:K3"), *TAIL)
    mega, _ = load(*HEAD, *PROFILE, *quarter("0000", "0015", "0.5:MWH"), *TAIL)

    assert ("kvarh", "0.5", "500") == (
        block.channel.unit, summary["registers"][0]["sum"], mega["registers"][0]["sum"]
    )  # fmt: skip


def test_the_energy_of_a_month_and_a_delivered_quantity_are_measured_intervals() -> None:
    month = ("QTY+79:310.5'", "DTM+163:202401010000?+01:303'", "DTM+164:202402010000?+01:303'")
    delivered = [segment.replace("220", "46") for segment in quarter("0000", "0015", "0.25")]

    summary, (block,) = load(*HEAD, *PROFILE, *month, *TAIL)
    _, (short,) = load(*HEAD, *PROFILE, *delivered, *TAIL)

    assert (31 * 86_400, [Quality.ACTUAL], "310.5") == (
        block.channel.step_s, list(block.qualities), summary["registers"][0]["sum"],
    )  # fmt: skip
    assert [Quality.ACTUAL] == list(short.qualities)
