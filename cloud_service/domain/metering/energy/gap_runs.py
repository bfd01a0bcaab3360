"""Gaps: runs of time that is over and of which nothing is known, by the register's validated days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from cloud_service.domain.metering.energy.split_days import PackedDay
from cloud_service.domain.metering.energy.windows import RegisterWindow
from common.period import Span, day_start
from common.reading import Quality

ON_ITS_WAY = timedelta(hours=2)  # what was read just now is no gap yet


@dataclass(frozen=True, slots=True)
class GapRun:
    """Time without a usable value."""

    first: datetime
    after: datetime

    @property
    def seconds(self) -> int:
        """How long it is."""
        return int((self.after - self.first).total_seconds())


@dataclass(frozen=True, slots=True)
class HoledDays:
    """A register's days that are not complete: those that nobody made, and those with holes."""

    absent: tuple[Span, ...] = ()
    holed: tuple[PackedDay, ...] = ()


def gap_runs(window: RegisterWindow, days: HoledDays, now: datetime) -> list[GapRun]:
    """The gaps of a window up to now, in their order."""
    runs: list[GapRun] = []
    for run in sorted(_runs(window.register.timezone, days), key=lambda run: run.first):
        first, after = max(run.first, window.first), min(run.after, window.after, now)
        if first >= after:
            continue
        if runs and runs[-1].after >= first:
            runs[-1] = GapRun(runs[-1].first, max(runs[-1].after, after))
        else:
            runs.append(GapRun(first, after))
    return [run for run in runs if run.after < now or run.after - run.first > ON_ITS_WAY]


def _runs(zone: str, days: HoledDays) -> Iterator[GapRun]:
    for span in days.absent:
        yield GapRun(day_start(span.start, zone), day_start(span.end, zone))
    for packed in days.holed:
        yield from _holes(packed, zone)


def _holes(packed: PackedDay, zone: str) -> Iterator[GapRun]:
    start, step = day_start(packed.day, zone), timedelta(seconds=packed.step_s)
    begun: int | None = None
    for place, quality in enumerate((*packed.qualities, Quality.ACTUAL)):
        if quality > Quality.ESTIMATED:
            begun = place if begun is None else begun
        elif begun is not None:
            yield GapRun(start + begun * step, start + place * step)
            begun = None
