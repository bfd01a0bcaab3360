import pytest
from msgspec.structs import replace

from common.profile import MeterProfile
from common.reading import Quality
from edge_agent.drivers.interface import RegisterValue
from edge_agent.drivers.plausibility import BELIEVED_AFTER, PlausibilityCheck, float_step
from tests.edge_agent.builders import make_profile

MINUTE_MS = 60_000
PROFILE = make_profile(
    'energy = { address = 0, type = "u32", unit = "kWh", kind = "index", digits = 6 }\n'
    'volts = { address = 2, type = "u16", unit = "V", kind = "instant" }',
    more="power_max_kw = 60\n",
)
START = RegisterValue("energy", "kWh", "index", 100_000_000, 1_800_000_000_000, b"", PROFILE.id, PROFILE.hash)


def qualities(*steps: tuple[int, int], profile: MeterProfile = PROFILE, start: RegisterValue = START) -> list[int]:
    """The quality of each (minutes later, value in Wh), after a good first value."""
    plausibility = PlausibilityCheck(profile)
    plausibility.marked([start])
    judged = []
    for minutes, value in steps:
        (marked,) = plausibility.marked([replace(start, value=value, at_ms=start.at_ms + minutes * MINUTE_MS)])
        assert value == marked.value  # never changed
        judged.append(marked.quality)
    return judged


GOOD, SUSPECT = Quality.ACTUAL, Quality.SUSPECT


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        pytest.param([(1, 100_000_900), (2, 100_001_800)], [GOOD, GOOD], id="a house that uses 54 kW"),
        pytest.param([(1, 100_000_000)], [GOOD], id="nothing used"),
        pytest.param([(1, 0), (2, 100_000_500)], [SUSPECT, GOOD], id="one zero, then right again"),
        pytest.param([(1, 99_000_000)], [SUSPECT], id="a step back"),
        pytest.param([(1, 100_020_000)], [SUSPECT], id="faster than 60 kW for a minute"),
        pytest.param([(60, 100_060_000)], [GOOD], id="60 kW for an hour"),
        pytest.param([(1, 900_000_000), (2, 100_000_500)], [SUSPECT, GOOD], id="a spike, then right again"),
        pytest.param([(-60, 100_000_100)], [GOOD], id="the gateway's clock was set back"),
        pytest.param([(-60, 100_060_000)], [SUSPECT], id="set back, and faster than possible"),
        pytest.param([(1, 1_000_000_000)], [SUSPECT], id="more digits than the counter has"),
    ],
)
def test_what_a_counter_cannot_do_is_suspect(steps: list[tuple[int, int]], expected: list[int]) -> None:
    assert expected == qualities(*steps)


def test_a_counter_may_roll_over_at_its_last_digit() -> None:
    start = replace(START, value=999_999_900)

    assert [GOOD, GOOD] == qualities((1, 100), (2, 600), start=start)


def test_an_exchanged_meter_is_believed_after_a_while() -> None:
    steps = [(minute, 5_000_000 + 100 * minute) for minute in range(1, BELIEVED_AFTER + 3)]

    assert [SUSPECT] * (BELIEVED_AFTER - 1) + [GOOD] * 3 == qualities(*steps)


def test_values_that_do_not_fit_each_other_are_never_believed() -> None:
    steps = [(minute, (5_000_000, 40_000_000)[minute % 2]) for minute in range(1, 40)]

    assert {SUSPECT} == set(qualities(*steps))


def test_a_float_counter_may_seem_to_step_back_by_its_last_digit() -> None:
    assert [GOOD] == qualities((1, START.value - float_step(START.value)))


def test_a_meters_own_time_does_not_go_back() -> None:
    own = replace(START, meter_time=True)

    assert [SUSPECT] == qualities((-1, 100_000_100), start=own)


def test_momentary_values_are_not_judged() -> None:
    plausibility = PlausibilityCheck(PROFILE)
    volts = replace(START, register="volts", unit="V", kind="instant")

    assert [GOOD, GOOD] == [value.quality for value in plausibility.marked([volts, replace(volts, value=0)])]
