import pytest

from common.message import Rejection
from edge_agent.uplink.rejection_log import PAUSE_S, RejectionLog

CLOCK = Rejection("bad_time", "readings of 1970-01-01T00:00:00+00:00", "live")
REVOKED = Rejection("revoked", "gateway gw-1 is revoked", "live")


def test_each_kind_is_logged_once_a_minute_with_what_it_means(caplog: pytest.LogCaptureFixture) -> None:
    log = RejectionLog()
    for second in range(60):
        log.note(CLOCK, float(second))
    log.note(REVOKED, 30.0)
    log.note(CLOCK, PAUSE_S)

    line = "the cloud rejected a message: bad_time: readings of 1970-01-01T00:00:00+00:00"
    assert [
        line,
        "the cloud rejected a message: revoked: gateway gw-1 is revoked",
        f"{line} (and 59 more since the last line)",
    ] == caplog.messages


def test_what_comes_after_a_quiet_while_names_no_others(caplog: pytest.LogCaptureFixture) -> None:
    log = RejectionLog()
    log.note(CLOCK, 0.0)
    log.note(CLOCK, 10 * PAUSE_S)

    assert all("more since" not in message for message in caplog.messages)
    assert 2 == len(caplog.messages)
