from datetime import UTC, datetime, timedelta

import pytest

from cloud_service.flow.metering.reading_round import PHOTO_MAX, check_time, photo_of
from common.errors import InputError

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize("off", [timedelta(hours=2), timedelta(days=-61)])
def test_a_time_that_is_not_of_this_round_is_refused(off: timedelta) -> None:
    with pytest.raises(InputError, match="is not a time of this round"):
        check_time(NOW + off, NOW)


@pytest.mark.parametrize("off", [timedelta(minutes=50), timedelta(0), timedelta(days=-59)])
def test_an_entry_may_wait_for_network(off: timedelta) -> None:
    check_time(NOW + off, NOW)


def test_a_photo_is_known_by_its_first_bytes() -> None:
    assert "image/png" == photo_of(b"\x89PNG\r\n\x1a\n..").media_type
    assert "image/jpeg" == photo_of(b"\xff\xd8\xff..").media_type


@pytest.mark.parametrize("content", [b"", b"<svg>", b"\xff\xd8\xff" + bytes(PHOTO_MAX)])
def test_what_is_no_photo_or_too_large_is_refused(content: bytes) -> None:
    with pytest.raises(InputError, match="photo"):
        photo_of(content)
