"""Why there is a gap: first what people and clocks say of it, then what is known of the register's way to us."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from cloud_service.domain.metering.energy.gap_runs import GapRun
from cloud_service.domain.metering.energy.windows import RegisterWindow

UNEXPLAINED = ("no_file", "no_reading_yet", "unknown")  # causes that a person's word or the calendar goes before
READINGS_FOR_USUAL = 2  # the least that tell how far apart a register's readings are
LATE = timedelta(days=3)  # a reading by hand is not missed on the very day


@dataclass(frozen=True, slots=True)
class ExplainedGap:
    """A gap of a register with its cause; `why` is what a person said who could not read the meter."""

    window: RegisterWindow
    run: GapRun
    cause: str
    why: str = ""


def is_not_due(run: GapRun, read_at: list[datetime], now: datetime) -> bool:
    """Whether a gap that lasts is only the time until the next reading, as far apart as the last ones were."""
    times = sorted(read_at)
    if run.after < now or len(times) < READINGS_FOR_USUAL or run.first < times[-1] - timedelta(days=1):
        return False
    distances = sorted(after - before for before, after in pairwise(times))
    return now <= times[-1] + distances[len(distances) // 2] + LATE
