"""What a meter answered becomes measurements: judged, dated by the clock of the answer, decoded only when asked."""

import pytest
from msgspec.structs import replace

from common.errors import DecodeError
from common.reading import Quality, TimeQuality
from edge_agent.drivers.interface import RegisterValue
from edge_agent.drivers.plausibility import PlausibilityCheck
from edge_agent.poll_result import PollResult
from tests.edge_agent.builders import make_profile

PROFILE = make_profile(
    'energy = { address = 0, type = "u32", unit = "kWh", kind = "index", digits = 6 }\n'
    'volts = { address = 2, type = "u16", unit = "V", kind = "instant" }'
)
NOW_MS, OFFSET_MS = 1_800_000_012_345, 1_800_000_000_000
ENERGY = RegisterValue("energy", "kWh", "index", 5000, NOW_MS - 40, b"", PROFILE.id, PROFILE.hash)
VOLTS = replace(ENERGY, register="volts", unit="V", kind="instant")


def answer(*values: RegisterValue, grid: bool = True, stepped: bool = False) -> PollResult:
    quality = int(TimeQuality.SYNCHRONISED)
    return PollResult("meter", PlausibilityCheck(PROFILE), lambda: values, NOW_MS, OFFSET_MS, quality, grid, stepped)


def test_a_value_is_dated_by_the_driver_to_a_tenth_of_a_second_on_our_clock() -> None:
    (measurement,) = answer(ENERGY).measurements()

    assert (1_800_000_012_300, 12_300) == (measurement.at_ms, measurement.mono_ms)
    assert TimeQuality.SYNCHRONISED == measurement.time_quality


def test_after_a_step_of_the_clock_a_value_has_the_time_of_its_answer() -> None:
    (measurement,) = answer(replace(ENERGY, at_ms=7), stepped=True).measurements()

    assert 1_800_000_012_300 == measurement.at_ms


def test_a_meters_own_time_is_kept_and_always_for_bills() -> None:
    (measurement,) = answer(replace(ENERGY, at_ms=1_234_567, meter_time=True), grid=False).measurements()

    assert (1_234_567, 12_345, TimeQuality.INFORMED, True) == (
        measurement.at_ms,
        measurement.mono_ms,
        measurement.time_quality,
        measurement.grid,
    )


def test_bills_are_made_from_counters_on_the_grid_only() -> None:
    assert [True, False] == [measurement.grid for measurement in answer(ENERGY, VOLTS).measurements()]
    assert [False, False] == [measurement.grid for measurement in answer(ENERGY, VOLTS, grid=False).measurements()]


def test_what_a_counter_cannot_do_is_suspect() -> None:
    measurements = answer(ENERGY, replace(ENERGY, value=4000)).measurements()

    assert [Quality.ACTUAL, Quality.SUSPECT] == [measurement.quality for measurement in measurements]


def test_an_answer_that_cannot_be_decoded_says_so_only_when_it_is() -> None:
    def values() -> list[RegisterValue]:
        raise DecodeError("not BCD")

    undecoded = PollResult("meter", PlausibilityCheck(PROFILE), values, NOW_MS, OFFSET_MS, 0, grid=True)

    with pytest.raises(DecodeError):
        undecoded.measurements()
