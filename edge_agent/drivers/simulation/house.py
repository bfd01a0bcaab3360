"""How a simulated house uses energy: morning and evening peaks, some with solar panels; pure.

A register's value depends on seed, unit and wall time alone, so a simulated meter that is stopped and started again
goes on counting where the real one would be.
"""

import math
import random
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

INSTALLED_S = 1_735_689_600  # 2025-01-01T00:00Z: all counters started then
DAY_S = 86_400
SLOT_S = 900
SLOTS = DAY_S // SLOT_S
WH = Decimal("0.001")
# relative use of each hour of a day (UTC): asleep, breakfast, work, cooking and television
HOURS = (3, 3, 3, 3, 3, 4, 7, 10, 8, 6, 5, 6, 8, 6, 5, 5, 7, 11, 14, 13, 11, 8, 6, 4)


@dataclass(frozen=True, slots=True)
class HouseState:
    """A house at one instant. Counters in Wh since the meter was installed, power in W (negative: it feeds in)."""

    import_wh: int
    export_wh: int
    power_w: int
    volts: tuple[Decimal, Decimal, Decimal]


class House:
    """One metering point. Every third unit has solar panels."""

    def __init__(self, seed: int, unit: int) -> None:
        self.seed = seed
        self.unit = unit
        self.solar = unit % 3 == 0
        self.base_wh = random.Random(f"{seed}/{unit}").randrange(500_000, 9_000_000)

    def at(self, when_s: float) -> HouseState:
        """The state at an instant; before the installation the counters stand still."""
        since = max(0, int(when_s) - INSTALLED_S)
        day, second = divmod(since, DAY_S)
        slot, elapsed_s = divmod(second, SLOT_S)
        before_in, before_out = _counters_at_day_start(self.seed, self.unit, self.solar, day)
        use = _day_use(self.seed, self.unit, self.solar, day)
        import_wh, export_wh = before_in + use.import_sums[slot], before_out + use.export_sums[slot]
        net = use.import_sums[slot + 1] - use.import_sums[slot] - (use.export_sums[slot + 1] - use.export_sums[slot])
        wobble = random.Random(f"{self.seed}/{self.unit}/{int(when_s) // 10}")
        return HouseState(
            import_wh=self.base_wh
            + import_wh
            + (use.import_sums[slot + 1] - use.import_sums[slot]) * elapsed_s // SLOT_S,
            export_wh=export_wh + (use.export_sums[slot + 1] - use.export_sums[slot]) * elapsed_s // SLOT_S,
            power_w=net * (3600 // SLOT_S),
            volts=(_volts(wobble), _volts(wobble), _volts(wobble)),
        )

    def register(self, name: str, when_s: float) -> Decimal:
        """A value for a register named as profiles name them; in its canonical unit; 0 for what a house has not."""
        state = self.at(when_s)
        values = {
            "energy_import": Decimal(state.import_wh) * WH,
            "energy_export": Decimal(state.export_wh) * WH,
            "energy_total": Decimal(state.import_wh + state.export_wh) * WH,
            "power": Decimal(state.power_w) * WH,
            "demand": Decimal(abs(state.power_w)) * WH,
            "apparent": Decimal(abs(state.power_w)) * WH,
            "volume": Decimal(state.import_wh // 40) * WH,
            "frequency": Decimal("50.01"),
        }
        phase = {"1": 0, "2": 1, "3": 2}.get(name[-1], 0) if name[-2:-1] == "l" else None
        if name.startswith("voltage"):
            return state.volts[phase or 0]
        if name.startswith("current"):
            return (Decimal(abs(state.power_w)) / (230 * (3 if phase is not None else 1))).quantize(WH)
        if "power_factor" in name:
            return Decimal(1)
        for prefix, value in values.items():
            if name.startswith(prefix):
                return value if phase is None or prefix == "frequency" else (value / 3).quantize(WH)
        return Decimal(0)


def _volts(chance: random.Random) -> Decimal:
    return Decimal(chance.randrange(2270, 2340)) / 10


@dataclass(frozen=True, slots=True)
class _DayUse:
    """Running sums in Wh at each of the 97 slot borders of a day."""

    import_sums: tuple[int, ...]
    export_sums: tuple[int, ...]


@lru_cache(maxsize=4096)
def _day_use(seed: int, unit: int, solar: bool, day: int) -> _DayUse:  # noqa: FBT001 - a cache key
    chance = random.Random(f"{seed}/{unit}/{day}")
    total_wh = chance.randrange(5_000, 16_000)
    sun_wh = chance.randrange(2_000, 25_000) if solar else 0
    imports, exports = [0], [0]
    for slot in range(SLOTS):
        hour = slot * SLOT_S // 3600
        used = total_wh * HOURS[hour] * chance.randrange(60, 140) // (sum(HOURS) * 4 * 100)
        angle = (slot - 24) / 48 * math.pi  # sun from 6 to 18 h
        generated = int(sun_wh * math.sin(angle) * math.pi / 96) if 24 <= slot < 72 else 0
        imports.append(imports[-1] + max(0, used - generated))
        exports.append(exports[-1] + max(0, generated - used))
    return _DayUse(tuple(imports), tuple(exports))


@lru_cache(maxsize=4096)
def _counters_at_day_start(seed: int, unit: int, solar: bool, day: int) -> tuple[int, int]:  # noqa: FBT001 - a cache key
    """Counters at the start of a day. Months of days are summed once and remembered."""
    start = day - day % 32
    total_in, total_out = (
        _counters_at_day_start(seed, unit, solar, start - 32) if start >= 32 and day == start else (0, 0)
    )
    if day != start:
        total_in, total_out = _counters_at_day_start(seed, unit, solar, start)
        first = start
    else:
        first = max(0, start - 32)
    for past in range(first, day):
        use = _day_use(seed, unit, solar, past)
        total_in, total_out = total_in + use.import_sums[-1], total_out + use.export_sums[-1]
    return total_in, total_out
