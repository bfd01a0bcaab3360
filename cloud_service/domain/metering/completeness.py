"""How complete a register's days are: expected against received, step by step, and for every gap its cause.

A gap is a run of steps without a usable value. Its cause is the first of `CAUSES` whose facts explain it; there is
always one, for the last of them is that nobody knows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from cloud_service.domain.metering.stream_position import SequenceRange, StreamPosition
from common.period import Span, day_bounds, intervals_in_day, local_day
from common.reading import Quality

CAUSES = {
    "waiting": "the readings are here, their days are about to be made",
    "refused": "values came and were not believed: see quarantine",
    "no_reading_yet": "the register has never been read",
    "no_file": "no file and no person has brought these readings yet",
    "given_up": "the gateway gave these readings up: its buffer was damaged or full",
    "on_the_gateway": "the gateway has read them and not sent them all yet",
    "gateway_silent": "the gateway has not been heard of since",
    "meter_unreachable": "the gateway reports that the meter does not answer",
    "unknown": "no cause is known",
}

HOLES = ("given_up", "on_the_gateway")  # causes in the stream, whose sequences tell whether they lie in a gap
NOTHING_OPEN = StreamPosition()
EVERYWHERE: SequenceRange = (0, 2**63 - 1)


@dataclass(frozen=True, slots=True)
class CollectionState:
    """What is known around a register: instants in milliseconds, None where there is nothing to know."""

    register_id: int
    meter: str
    register: str
    step_s: int
    zone: str
    mounted: Sequence[tuple[int, int]] = ()  # when it had to count
    first_ms: int | None = None  # its first reading ever
    gateway: str = ""
    heard_ms: int | None = None  # when its gateway was last heard of
    failing_since_ms: int | None = None  # since when the gateway cannot reach the meter
    position: StreamPosition = NOTHING_OPEN  # what has come of the stream that reads it
    waiting_days: frozenset[date] = frozenset()
    refused_ms: Sequence[int] = ()  # instants of values in quarantine


@dataclass(frozen=True, slots=True)
class DayQualities:
    """The qualities of a finished day."""

    step_s: int
    qualities: bytes


@dataclass(frozen=True, slots=True)
class Gap:
    """Steps without a usable value, from one instant to another."""

    start_ms: int
    end_ms: int
    steps: int
    cause: str

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "from": datetime.fromtimestamp(self.start_ms // 1000, UTC).isoformat(),
            "to": datetime.fromtimestamp(self.end_ms // 1000, UTC).isoformat(),
            "steps": self.steps,
            "cause": self.cause,
            "means": CAUSES[self.cause],
        }


@dataclass(slots=True)
class Completeness:
    """One register over a span, up to now."""

    state: CollectionState
    expected: int = 0
    actual: int = 0
    substituted: int = 0
    estimated: int = 0
    missing: int = 0
    gaps: list[Gap] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "meter": self.state.meter,
            "register": self.state.register,
            "expected": self.expected,
            "actual": self.actual,
            "substituted": self.substituted,
            "estimated": self.estimated,
            "missing": self.missing,
            "gaps": [gap.as_json() for gap in self.gaps],
        }


def measure(state: CollectionState, days: Mapping[date, DayQualities], span: Span, now_ms: int) -> Completeness:
    """Count the steps of a span that are over by now, and name the gaps."""
    completeness = Completeness(state)
    for start_ms, step_ms, codes in _stretches(state, days, span, now_ms):
        completeness.expected += len(codes)
        for code, name in (
            (Quality.ACTUAL, "actual"),
            (Quality.SUBSTITUTED, "substituted"),
            (Quality.ESTIMATED, "estimated"),
        ):
            setattr(completeness, name, getattr(completeness, name) + int((codes == code).sum()))
        holes = np.flatnonzero(codes > Quality.ESTIMATED)
        completeness.missing += len(holes)
        for run in np.split(holes, np.flatnonzero(np.diff(holes) > 1) + 1) if len(holes) else ():
            _append_gap(
                completeness, start_ms + int(run[0]) * step_ms, start_ms + (int(run[-1]) + 1) * step_ms, len(run)
            )
    return completeness


def _stretches(
    state: CollectionState, days: Mapping[date, DayQualities], span: Span, now_ms: int
) -> Iterator[tuple[int, int, "np.ndarray[tuple[int], np.dtype[np.uint8]]"]]:
    """Each day's first expected instant, step and codes, without what lies ahead or outside the mounts."""
    for day in span:
        start_ms, end_ms = (int(edge.timestamp()) * 1000 for edge in day_bounds(day, state.zone))
        finished = days.get(day)
        step_ms = (finished.step_s if finished else state.step_s) * 1000
        codes = (
            np.frombuffer(finished.qualities, dtype=np.uint8)
            if finished
            else np.full(intervals_in_day(day, state.zone, state.step_s), Quality.MISSING, dtype=np.uint8)
        )
        for first, last in state.mounted:
            low, high = max(start_ms, first), min(end_ms, last, now_ms)
            place, stop = -(-(low - start_ms) // step_ms), (high - start_ms) // step_ms
            if place < stop:
                yield start_ms + place * step_ms, step_ms, codes[place:stop]


def _append_gap(completeness: Completeness, start_ms: int, end_ms: int, steps: int) -> None:
    """A gap that goes on where the last one ended, for the same cause, is one gap."""
    cause = cause_of(completeness.state, start_ms, end_ms)
    last = completeness.gaps[-1] if completeness.gaps else None
    if last and last.end_ms == start_ms and last.cause == cause:
        completeness.gaps[-1] = Gap(last.start_ms, end_ms, last.steps + steps, cause)
    else:
        completeness.gaps.append(Gap(start_ms, end_ms, steps, cause))


def cause_of(state: CollectionState, start_ms: int, end_ms: int) -> str:
    """The first cause whose facts explain a gap; what a stream's holes would explain is still to be settled."""
    if local_day(datetime.fromtimestamp(start_ms // 1000, UTC), state.zone) in state.waiting_days:
        return "waiting"
    if any(start_ms <= at_ms <= end_ms for at_ms in state.refused_ms):
        return "refused"
    if state.first_ms is None:
        return "no_reading_yet"
    if not state.gateway:
        return "no_file"
    return _cause_at_the_gateway(state, start_ms, end_ms)


def _cause_at_the_gateway(state: CollectionState, start_ms: int, end_ms: int) -> str:
    """What explains all of the gap goes before what a stream's holes, which may lie elsewhere, would explain."""
    heard_ms, failing_ms = state.heard_ms or -1, state.failing_since_ms
    if heard_ms <= start_ms:
        return "gateway_silent"
    if failing_ms is not None and failing_ms <= start_ms:
        return "meter_unreachable"
    return _cause_in_the_stream(state.position, EVERYWHERE) or _cause_of_a_part(state, end_ms)


def _cause_in_the_stream(position: StreamPosition, between: SequenceRange) -> str:
    """What has not come of the sequences between two."""
    first, last = between
    for cause, ranges in zip(HOLES, (position.voids, position.gaps), strict=True):
        if any(low <= last and first <= high for low, high in ranges):
            return cause
    return ""


def _cause_of_a_part(state: CollectionState, end_ms: int) -> str:
    if (state.heard_ms or -1) < end_ms:
        return "gateway_silent"
    failing_ms = state.failing_since_ms
    return "meter_unreachable" if failing_ms is not None and failing_ms <= end_ms else "unknown"


def gaps_to_settle(completeness: Completeness) -> list[Gap]:
    """The gaps that a hole of the stream may explain, if it lies where they are."""
    return [gap for gap in completeness.gaps if gap.cause in HOLES]


def settle_causes(completeness: Completeness, around: Mapping[Gap, SequenceRange]) -> None:
    """Give each gap in question the cause that the sequences read before and after it tell."""
    for place, gap in enumerate(completeness.gaps):
        if gap in around:
            cause = _cause_in_the_stream(completeness.state.position, around[gap]) or _cause_of_a_part(
                completeness.state, gap.end_ms
            )
            completeness.gaps[place] = replace(gap, cause=cause)
