"""When to poll: instants of a grid that is aligned to the wall clock. Pure; the caller brings the time."""

from collections.abc import Iterable
from dataclasses import dataclass

QUIET_AFTER = 3  # failures in a row before a silent meter is asked less often
PROBE_S = 50  # so that a meter that returns is back within a minute, however late the line is


def next_due_ms(now_ms: int, interval_s: int) -> int:
    """The first instant of the grid after `now_ms`."""
    step = interval_s * 1000
    return (now_ms // step + 1) * step


def last_due_ms(now_ms: int, interval_s: int) -> int:
    """The instant of the grid that `now_ms` belongs to."""
    step = interval_s * 1000
    return now_ms // step * step


def on_grid(due_ms: int, billing_interval_s: int) -> bool:
    """Whether a round is one that bills are made from."""
    return due_ms % (billing_interval_s * 1000) == 0


@dataclass(slots=True)
class PollSchedule:
    """When one meter is asked next."""

    interval_s: int
    due_ms: int = 0
    failures: int = 0

    def plan(self, now_ms: int) -> None:
        """Set the next instant. A silent meter is asked every `PROBE_S` at most, so that it does not hold up others.

        A poll that came late, on a line with much to do, does not skip the instant that passed meanwhile.
        """
        step = self.interval_s
        if self.failures >= QUIET_AFTER:
            step = max(step, PROBE_S)
        after_ms = next_due_ms(self.due_ms, step)
        passed = 0 <= now_ms - after_ms < step * 1000
        self.due_ms = after_ms if passed else next_due_ms(now_ms, step)

    def is_due(self, now_ms: int) -> bool:
        """Whether to ask now. After a step of the clock the meter waits for the next instant of the new grid."""
        if self.due_ms - now_ms > max(self.interval_s, PROBE_S) * 1000 or now_ms - self.due_ms > self.interval_s * 1000:
            self.plan(now_ms)
        return now_ms >= self.due_ms


def wait_ms(schedules: Iterable[PollSchedule], now_ms: int, longest_ms: int = 1000) -> int:
    """How long nothing is due; short enough to notice a step of the clock."""
    return max(0, min([longest_ms, *(schedule.due_ms - now_ms for schedule in schedules)]))
