"""What one meter answered in one poll, and the measurements that become of it: judged and dated.

The answer is turned into values only when all meters of its round have answered. Between two questions the processor
has other things at hand; the decoding of a whole round in one go takes half the time.
"""

from dataclasses import dataclass

import msgspec

from common.reading import Kind, TimeQuality
from edge_agent.buffer import BufferSample
from edge_agent.drivers.interface import Values
from edge_agent.drivers.plausibility import PlausibilityCheck

RESOLUTION_MS = 100  # tenths of a second are far finer than any billing grid, and cost a byte less on the wire
INSTANT = Kind.INSTANT.value
INFORMED = int(TimeQuality.INFORMED)


class Measurement(msgspec.Struct, frozen=True, gc=False):
    """One register of one meter as the poller hands it over."""

    meter: str
    register: str
    unit: str
    kind: str
    mono_ms: int  # milliseconds since boot
    at_ms: int  # milliseconds since 1970, UTC, as well as known
    value: int  # thousandths of `unit`
    quality: int
    time_quality: int
    grid: bool  # bills are made from it

    def sample(self, channel: int) -> BufferSample:
        """As the buffer stores it."""
        return BufferSample(channel, self.mono_ms, self.at_ms, self.value, self.quality, self.time_quality, self.grid)


@dataclass(frozen=True, slots=True)
class PollResult:
    """One meter's answer, and our clock when it was there.

    `stepped`: the clock was set while we waited, so the driver's time is not ours any more. `grid`: bills are made from
    this poll.
    """

    meter: str
    plausibility: PlausibilityCheck
    values: Values
    now_ms: int
    offset_ms: int
    time_quality: int
    grid: bool
    stepped: bool = False

    def measurements(self) -> list[Measurement]:
        """Its values, dated by the meter where it knows better than we do, else by our clock; or a DecodeError."""
        meter, now_ms, offset_ms, time_quality = self.meter, self.now_ms, self.offset_ms, self.time_quality
        measurements = []
        for value in self.plausibility.marked(self.values()):
            if value.meter_time:  # such a value comes only once
                taken_ms, at_ms, certainty, billed = now_ms - offset_ms, max(value.at_ms, 0), INFORMED, True
            else:
                at_ms = now_ms if self.stepped else value.at_ms
                at_ms -= at_ms % RESOLUTION_MS
                taken_ms, certainty, billed = at_ms - offset_ms, time_quality, self.grid
            billed = billed and value.kind != INSTANT
            measurements.append(
                Measurement(
                    meter,
                    value.register,
                    value.unit,
                    value.kind,
                    taken_ms,
                    at_ms,
                    value.value,
                    value.quality,
                    certainty,
                    billed,
                )
            )
        return measurements
