"""APDUs over both ways: long answers, lost answers."""

import pytest

from tests.edge_agent.drivers.dlms_readings import NAME, PROFILE, energy, meter, talk


@pytest.mark.parametrize("framing", ["tcp", "hdlc"])
def test_a_long_answer_comes_in_blocks_and_segments(framing: str) -> None:
    twin = meter()
    twin.objects[NAME] = b"\x09\x64" + b"X" * 100

    assert "X" * 100 == talk(twin, lambda driver: driver.identify("1", PROFILE), framing)


@pytest.mark.parametrize("framing", ["tcp", "hdlc"])
def test_a_lost_answer_is_asked_for_again(framing: str) -> None:
    assert "12345.678" == talk(meter(mute=1), energy, framing, retries=1)
