"""The order of a table's rows is told by the first of them."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from cloud_service.domain.metering.meterdata import BadFileError
from cloud_service.domain.metering.meterdata.row_order import ROWS, is_newest_first, look_ahead


def times(*hours: int, channel: str = "A") -> list[tuple[str, datetime]]:
    return [(channel, datetime(2024, 10, 27, hour)) for hour in hours]  # noqa: DTZ001 - by the wall clock


def test_most_rows_of_a_channel_decide() -> None:
    assert is_newest_first(times(4, 3, 2, 1, 2, 1, 0))
    assert not is_newest_first(times(0, 1, 2, 1, 2, 3, 4))
    assert not is_newest_first(times(3))
    assert not is_newest_first([])


def test_channels_are_told_apart() -> None:
    rows = [row for hour in (3, 2, 1) for row in (*times(hour), *times(hour, channel="B"))]

    assert is_newest_first(rows)
    assert not is_newest_first([*times(20, 21), *times(10, 11, channel="B"), *times(0, 1, channel="C")])


def test_no_line_is_lost_by_looking_ahead() -> None:
    lines = [str(number) for number in range(ROWS + 7)]

    first, rest = look_ahead(iter(lines))

    assert (lines[:ROWS], lines) == (first, list(rest))


def test_a_line_that_cannot_be_read_is_refused_behind_those_before_it() -> None:
    def broken() -> Iterator[str]:
        yield "good"
        raise BadFileError("is not UTF-8 text", line=3)

    first, rest = look_ahead(broken())

    assert ["good"] == first
    assert "good" == next(rest)
    with pytest.raises(BadFileError, match="UTF-8"):
        next(rest)
