"""How long to wait on a Modbus line: timeouts per meter and pauses per bus, learned from what was measured.

Also the book of answers that are still owed: requests that timed out and may yet be answered.
"""

import asyncio
import time
from dataclasses import dataclass, field

ANSWER_MIN_S = 0.05
ADAPTER_S = 0.1  # USB adapters hand over what they have in lots of 16 ms; networks jitter
LATE_MAX_S = 60.0  # an answer later than this does not come any more
GAP_MAX_S = 0.3
SHRINK_AFTER = 50  # answers in a row before a learned pause is shortened again
GIVEN_UP_AFTER = 4  # timeouts in a row: then a meter is asked as briefly as may be, for the sake of the others
PATIENT_EVERY = 4  # but every so often it gets the whole limit, as it may have become slower


@dataclass(slots=True)
class _Unit:
    """What was learned about one meter."""

    rule_s: float = 1.0
    latency_s: float = 0.0  # smoothed time from the request's end to the answer's end
    swing_s: float = 0.0
    misses: int = 0
    owed: dict[int, float] = field(default_factory=dict)  # registers asked for -> when


class LinePace:
    """Timeouts, pauses and debts of one line."""

    def __init__(self, *, timeout_s: float, byte_s: float) -> None:
        self.timeout_max_s = timeout_s
        self.byte_s = byte_s
        self.floor_s = max(3.5 * byte_s, 0.00175) if byte_s else 0.0
        self.gap_s = self.floor_s
        self.gap_rule_s = self.floor_s
        self.units: dict[int, _Unit] = {}
        self.last_unit = -1
        self.last_at = 0.0
        self.good = 0

    def _unit(self, unit: int) -> _Unit:
        timing = self.units.get(unit)
        if timing is None:
            timing = self.units[unit] = _Unit(rule_s=self.timeout_max_s)
        return timing

    def learn_rules(self, unit: int, *, timeout_ms: int, gap_ms: int) -> None:
        """What the meter's profile says: a slow meter may take longer than the line's limit."""
        self._unit(unit).rule_s = (
            max(timeout_ms / 1000, self.timeout_max_s) if timeout_ms > 1000 else self.timeout_max_s
        )
        if self.byte_s:
            self.gap_rule_s = max(self.gap_rule_s, gap_ms / 1000)
            self.gap_s = max(self.gap_s, self.gap_rule_s)

    def timeout_s(self, unit: int) -> float:
        """Time the meter gets to think: four times what it usually takes, the whole limit until it is known.

        One that has missed gets the whole limit, one that is given up what it usually took.
        """
        timing = self._unit(unit)
        misses = timing.misses
        if timing.latency_s == 0 or (misses and not (misses >= GIVEN_UP_AFTER and (misses + 1) % PATIENT_EVERY)):
            return timing.rule_s
        usual_s = max(ANSWER_MIN_S, 4 * (timing.latency_s + timing.swing_s)) + ADAPTER_S
        return min(timing.rule_s, usual_s)

    def answer_s(self, unit: int, request_bytes: int, count: int) -> float:
        """Time until the whole answer must be there, the time on the wire included."""
        return self.timeout_s(unit) + self.byte_s * (request_bytes + 2 * count + 5)

    def drain_s(self, unit: int) -> float:
        """How long the line must be quiet before it counts as drained."""
        return max(0.02, 20 * self.byte_s, min(0.2, self.timeout_s(unit) / 4))

    async def quiet(self, unit: int) -> None:
        """Wait out the pause a bus needs between frames, longer when another meter is asked."""
        if not self.byte_s:
            return
        pause = self.gap_s if unit != self.last_unit else max(self.floor_s, self.gap_rule_s)
        wait = self.last_at + pause - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)

    def answered(self, unit: int, took_s: float) -> None:
        """A good answer: learn from it."""
        timing = self._unit(unit)
        if timing.latency_s == 0:
            timing.latency_s = took_s
        else:
            timing.swing_s += (abs(took_s - timing.latency_s) - timing.swing_s) / 4
            timing.latency_s += (took_s - timing.latency_s) / 8
        timing.misses = 0
        self.last_unit, self.last_at = unit, time.monotonic()
        self.good += 1
        if self.good >= SHRINK_AFTER:
            self.good = 0
            self.gap_s = max(self.gap_rule_s, self.gap_s * 0.9)

    def given_up(self, unit: int) -> bool:
        """Whether a meter has been silent so often that it is only asked whether it is back."""
        return self._unit(unit).misses >= GIVEN_UP_AFTER

    def missed(self, unit: int) -> None:
        """No answer: if this meter has answered before and another was asked before it, the bus may need more pause."""
        timing = self._unit(unit)
        if timing.latency_s and timing.misses == 0 and self.last_unit not in (unit, -1) and self.byte_s:
            self.gap_s = min(GAP_MAX_S, max(2 * self.gap_s, 0.01))
        timing.misses += 1
        self.good = 0
        self.last_at = time.monotonic()

    # debts

    def owe(self, unit: int, count: int) -> None:
        """An answer of this length may still come."""
        self._unit(unit).owed[count] = time.monotonic()

    def owed(self, unit: int) -> bool:
        """Whether anything may still come from this unit."""
        timing = self._unit(unit)
        if timing.owed:
            since = time.monotonic() - LATE_MAX_S
            timing.owed = {count: at for count, at in timing.owed.items() if at > since}
        return bool(timing.owed)

    def free_length(self, unit: int) -> int:
        """The smallest number of registers nothing is owed of."""
        return next(count for count in range(1, 126) if count not in self._unit(unit).owed)

    def settled(self, unit: int) -> None:
        """All that was owed has come or never will."""
        self._unit(unit).owed.clear()
