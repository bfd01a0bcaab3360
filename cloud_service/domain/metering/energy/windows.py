"""From when to when a register counts within a span: whole local days, and days shared with another place."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cloud_service.domain.metering.energy.counted_registers import PlacedRegister
from common.period import Span, day_start, local_day

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RegisterWindow:
    """A register's part of a span at one place: days `[start, end)` are wholly its own, `split` only in part."""

    register: PlacedRegister
    first: datetime
    after: datetime
    start: date
    end: date
    split: tuple[date, ...] = ()

    @property
    def days(self) -> tuple[date, ...]:
        """All of its days, whole and shared, in their order."""
        count = (self.end - self.start).days
        return tuple(sorted({*(self.start + n * ONE_DAY for n in range(count)), *self.split}))

    @property
    def seconds(self) -> int:
        """How long it is."""
        return int((self.after - self.first).total_seconds())

    def seconds_until(self, now: datetime) -> int:
        """How much of it is over."""
        return max(int((min(self.after, now) - self.first).total_seconds()), 0)


def register_window(register: PlacedRegister, span: Span) -> RegisterWindow | None:
    """The window of a register in a span; None where its meter did not hang there then."""
    zone = register.timezone
    first, after = day_start(span.start, zone), day_start(span.end, zone)
    if register.counts_from <= first and (register.dismounted is None or register.dismounted >= after):
        return RegisterWindow(register, first, after, span.start, span.end)
    first = max(first, register.counts_from)
    after = min(after, register.dismounted) if register.dismounted else after
    return _cut_window(register, first, after) if first < after else None


def _cut_window(register: PlacedRegister, first: datetime, after: datetime) -> RegisterWindow:
    """A window that begins or ends within a day."""
    zone = register.timezone
    start, end = local_day(first, zone), local_day(after, zone)
    split = []
    if day_start(start, zone) < first:
        split.append(start)
    if day_start(end, zone) < after and end not in split:
        split.append(end)
    start = start + ONE_DAY if start in split else start
    return RegisterWindow(register, first, after, start, max(start, end), tuple(split))
