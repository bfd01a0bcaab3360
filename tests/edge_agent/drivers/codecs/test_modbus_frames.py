"""Modbus framings: the one answer in a stream of bytes."""

import pytest

from edge_agent.drivers.codecs.modbus_frames import TcpFraming
from edge_agent.drivers.interface import BadAnswer


def test_modbus_tcp_skips_answers_to_earlier_questions() -> None:
    framing = TcpFraming()
    late = framing.request(b"\3\2\0\1", 1, 41)
    right = framing.request(b"\3\2\0\2", 1, 42)

    assert b"\0\2" == framing.answer(late + right, unit=1, number=42, function=3, count=1)
    assert framing.answer(late + right[:-1], unit=1, number=42, function=3, count=1) is None


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(b"\0\x2a\0\1\0\5\1\3\2\0\2", id="other protocol"),
        pytest.param(b"\0\x2a\0\0\0\5\2\3\2\0\2", id="other unit"),
        pytest.param(b"\0\x2a\0\0\0\7\1\3\4\0\2\0\2", id="other length"),
        pytest.param(b"\0\x2a\0\0\0\5\1\4\2\0\2", id="other function"),
    ],
)
def test_a_modbus_tcp_answer_that_does_not_fit_is_refused(frame: bytes) -> None:
    with pytest.raises(BadAnswer):
        TcpFraming().answer(frame, unit=1, number=42, function=3, count=1)
