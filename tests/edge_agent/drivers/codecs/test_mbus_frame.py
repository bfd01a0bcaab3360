"""Frames on the wire."""

from edge_agent.drivers.codecs.mbus_frame import long_frame, parse_frame


def test_a_long_frame_comes_back_as_it_was_built() -> None:
    frame = parse_frame(long_frame(0x08, 5, 0x72, b"abc"))

    assert (0x08, 5, 0x72, b"abc") == (frame.control, frame.address, frame.ci, frame.data)
