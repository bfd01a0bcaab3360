"""Random lives of a register and what they must add up to: meters exchanged and rolled over, readings lost."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from cloud_service.domain.metering.vee.series import DayWindow, MountSpan, RegisterReadings, RegisterRules, readings
from common.period import day_start
from common.reading import Quality

ZONES = ("Europe/Berlin", "Africa/Nairobi", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "UTC")
FIRST_DAY = date(2026, 3, 24)  # a week around a clock change of several of these zones


@dataclass(frozen=True)
class History:
    """A register's readings, its rules, and the energy between its first and last index."""

    rules: RegisterRules
    points: list[tuple[int, int, int]]  # at_ms, index, quality
    total: int

    def given(self, points: Sequence[tuple[int, int, int]] | None = None) -> RegisterReadings:
        columns = list(zip(*(self.points if points is None else points), strict=True)) or [(), (), ()]
        return readings(list(columns[0]), list(columns[1]), list(columns[2]))


def window(rules: RegisterRules, first: date = FIRST_DAY, days: int = 8) -> DayWindow:
    dates = tuple(first + timedelta(days=n) for n in range(days + 1))
    return DayWindow(dates[:-1], tuple(ms(day_start(day, rules.zone)) for day in dates))


def ms(at: datetime) -> int:
    return int((at - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 1000


def history(seed: int) -> History:
    """One to three meters one after the other on one register id, each with its own readings and gaps."""
    dice = random.Random(seed)
    zone = dice.choice(ZONES)
    digits = dice.choice((None, 4, 5, 6))
    plain = RegisterRules(1, "index", 1800 if zone == "Australia/Lord_Howe" else dice.choice((300, 900, 1800)), zone)
    span = window(plain)
    cuts = sorted(dice.sample(range(span.start_ms + 3_600_000, span.end_ms - 3_600_000, 1000), dice.randint(0, 2)))
    mounts: list[MountSpan] = []
    points: list[tuple[int, int, int]] = []
    total = 0
    for start, end in zip([span.start_ms, *cuts], [*cuts, span.end_ms], strict=True):
        opening, closing, during = _meter(dice, start, end, digits, plain.step_s)
        mounts.append(MountSpan(start, end, opening, closing))
        points += during
        total += (closing - opening) % _turn(digits)
    rules = RegisterRules(1, "index", plain.step_s, zone, digits, 75, "kWh", tuple(mounts))
    return History(rules, points, total)


def _turn(digits: int | None) -> int:
    return 10**digits * 1000 if digits else 2**62


def _meter(
    dice: random.Random, start: int, end: int, digits: int | None, step_s: int
) -> tuple[int, int, list[tuple[int, int, int]]]:
    """Opening and closing index and the readings between, some on the grid, some not, some lost."""
    turn = _turn(digits)
    points: list[tuple[int, int, int]] = []
    index = dice.randrange(turn if digits and digits < 6 else 10**8)
    opening, at = index, start
    while True:
        whole, before = step_s * 1000 * dice.choice((1, 1, 1, 1, 2, 5, 40)), at
        at = (at // whole + 1) * whole if dice.random() < 0.7 else at + dice.randrange(1000, 7_200_000)
        if at >= end:
            break
        most = 75_000 * (at - before) // 3_600_000  # what 75 kW can count in that time
        index = (index + min(dice.choice((0, 1, 250, dice.randrange(4000), most // 2)), most)) % turn
        points.append((at, index, Quality.ACTUAL if dice.random() < 0.9 else Quality.SUBSTITUTED))
    closing = (index + dice.randrange(2000)) % turn
    return opening, closing, points
