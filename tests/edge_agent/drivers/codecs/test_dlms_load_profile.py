"""Rows of a load profile by the columns the meter names."""

from datetime import UTC, datetime
from typing import Any

import pytest

from common.errors import DecodeError
from edge_agent.drivers.codecs.dlms_apdu import date_time
from edge_agent.drivers.codecs.dlms_load_profile import LoadProfileRow, load_profile_row

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
CLOCK = [8, bytes.fromhex("0000010000ff"), 2, 0]
STATUS = [1, bytes.fromhex("0000600a01ff"), 2, 0]
IMPORT = [3, bytes.fromhex("0100010800ff"), 2, 0]


def test_clock_status_and_values_are_told_apart() -> None:
    row = load_profile_row([date_time(NOON), 0x80, 1000], [CLOCK, STATUS, IMPORT])
    assert LoadProfileRow(NOON, 0x80, {"1-0:1.8.0*255": 1000}) == row


def test_a_status_may_come_as_bits() -> None:
    assert 0x0102 == load_profile_row([b"\x01\x02"], [STATUS]).status


def test_a_row_without_a_time_has_none() -> None:
    row = load_profile_row([None, 5], [CLOCK, IMPORT])
    assert (None, None, {"1-0:1.8.0*255": 5}) == (row.at, row.status, row.values)


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        ([1, 2], [IMPORT]),
        (5, [IMPORT]),
        ([1], None),
        ([1], [[3, b"short", 2, 0]]),
        ([1], [[3]]),
        ([1], ["no structure"]),
    ],
)
def test_a_row_that_does_not_fit_its_columns_is_refused(row: Any, columns: Any) -> None:
    with pytest.raises(DecodeError):
        load_profile_row(row, columns)
