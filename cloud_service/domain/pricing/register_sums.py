"""What the registers of a batch counted on some days: totals, sums by time-of-use period, demand windows, peaks.

All sums are int64 in units of 10**-scale of the register's unit, exact; only a conversion rounds, to nine decimals.
"""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cloud_service.domain.calendar.interval_grid import Grid, grid
from cloud_service.domain.calendar.proration import Prorate, split_total
from cloud_service.domain.calendar.tou_periods import active_days, check_steps, period_map, season_runs
from cloud_service.domain.calendar.tou_schedule import Schedule
from cloud_service.domain.pricing.conversion import NINE, Conversion
from cloud_service.domain.pricing.period_sums import max_by, sum_by
from cloud_service.domain.pricing.references import TariffReferences
from cloud_service.domain.pricing.spread_steps import SpreadCheck
from cloud_service.domain.pricing.usage import Intervals, Ints, Total, UsageBatch, joined_runs, same_scale
from common.errors import InputError
from common.period import Span

HOUR_S = 3600
MILLIWATT = Decimal("0.000001")  # in kW
NET = ("net_import", "net_export")


@dataclass(slots=True)
class RegisterSums:
    """What the registers of a batch counted on the days `span`, for all connections; refusals name `path`."""

    path: str  # the charge's place in the tariff document
    span: Span
    whole: Span  # the billing span that the registers are of
    zone_name: str
    batch: UsageBatch
    references: TariffReferences
    cache: dict[Any, Any] = field(default_factory=dict)  # shared by the charges of one rating

    def on(self, span: Span) -> "RegisterSums":
        """The same registers on other days of the billing span."""
        return replace(self, span=span)

    # -- registers -----------------------------------------------------------------------------------------------

    def register(self, name: str) -> Intervals | Total:
        """A register of the batch; one that was not given is refused, never taken for zero.

        `net_import` and `net_export` are import less export of each step, and the other way round; a connection
        without an export register has no export.
        """
        source = self._source_of(name)
        if source in self.batch.registers:
            return self.batch.registers[source]
        if source in NET and "import" in self.batch.registers:
            return self._net(source)
        raise InputError(
            f"the tariff prices register {source!r}, which this usage does not have",
            path=f"{self.path}.register",
            hint=f"given: {', '.join(self.batch.registers) or 'none'}",
            code="missing_register",
        )

    def has(self, name: str) -> bool:
        """Whether the connections have a register."""
        if name == "net_export":
            return "export" in self.batch.registers and "import" in self.batch.registers
        return self._source_of(name) in self.batch.registers

    def _source_of(self, name: str) -> str:
        """The register behind a converted quantity, or the name itself."""
        conversions = self.references.conversions
        return conversions[name].register if name in conversions else name

    def _net(self, name: str) -> Intervals | Total:
        imported, exported = self.batch.registers["import"], self.batch.registers.get("export")
        if exported is None and name == "net_import":
            return imported
        if not isinstance(imported, Intervals) or not isinstance(exported, Intervals):
            raise InputError("net import and export of each step need intervals of both", path=f"{self.path}.register")
        if imported.step_s != exported.step_s:
            raise InputError("import and export have different steps", path=f"{self.path}.register")
        self._refuse_spread(imported, exported)
        if name not in self.cache:
            used, back, scale = same_scale((imported.values, imported.scale), (exported.values, exported.scale))
            net = used - back if name == "net_import" else back - used
            known_s = max(imported.known_s, exported.known_s)
            runs = joined_runs(imported.spread, exported.spread)
            self.cache[name] = Intervals(np.maximum(net, 0), imported.step_s, scale, known_s, runs)
        net_intervals: Intervals = self.cache[name]
        return net_intervals

    def _refuse_spread(self, imported: Intervals, exported: Intervals) -> None:
        """Refuse to net steps of which only the sum is known, on the days that are priced."""
        steps, path = self.grid(imported.step_s), f"{self.path}.register"
        for name, register, other in (("import", imported, exported), ("export", exported, imported)):
            SpreadCheck(name, register, steps, steps.slice_of(self.span), path).refuse_beside(other)

    def grid(self, step_s: int) -> Grid:
        """The steps of the whole billing span."""
        return grid(self.whole.start, self.whole.end, self.zone_name, step_s)

    def interval_values(self, register: Intervals) -> Ints:
        """The steps of the days: a matrix (rows, steps) in units of 10**-scale of the register."""
        return register.values[:, self.grid(register.step_s).slice_of(self.span)]

    # -- sums ----------------------------------------------------------------------------------------------------

    def totals(self, name: str, rule: Prorate = "actual_days") -> tuple[Ints, int]:
        """The sum of the days, (rows,), and its scale. A register without intervals is split by the rule."""
        register = self.register(name)
        key = ("total", name, self.span, rule)
        if key not in self.cache:
            if isinstance(register, Intervals):
                sums = self.interval_values(register).sum(axis=1)
            else:
                sums = self._split(register, rule)
            self.cache[key] = self._convert(name, sums, register.scale)
        totals: tuple[Ints, int] = self.cache[key]
        return totals

    def _split(self, register: Total, rule: Prorate) -> Ints:
        """The days' share of a total, (rows,)."""
        days = Span(register.start, register.end)
        if rule == "none" and days != self.whole:
            raise InputError(
                f"a total of {days.start} to {days.end} is not to be split, the bill is of "
                f"{self.whole.start} to {self.whole.end}",
                path=f"{self.path}.prorate",
            )
        values = np.atleast_1d(np.asarray(register.value)).tolist()
        return np.array([split_total(int(value), days, self.span, rule) for value in values], dtype=np.int64)

    def by_period(
        self, name: str, schedule_name: str, schedule: Schedule, rule: Prorate = "actual_days"
    ) -> tuple[Ints, int]:
        """The sums of the days by time-of-use period, (rows, periods), and their scale."""
        register = self.register(name)
        if not isinstance(register, Intervals):
            return self._total_by_period(name, schedule, rule)
        key = ("period", name, self.span, schedule_name, id(schedule))
        if key not in self.cache:
            steps = self.grid(register.step_s)
            check_steps(schedule, register.known_s, f"schedules.{schedule_name}")
            days = steps.slice_of(self.span)
            index = period_map(schedule, steps, f"schedules.{schedule_name}")[days]
            SpreadCheck(name, register, steps, days, f"{self.path}.schedule").refuse_several(index)
            sums = sum_by(self.interval_values(register), index, len(schedule.periods))
            self.cache[key] = self._convert(name, sums, register.scale)
        by_period: tuple[Ints, int] = self.cache[key]
        return by_period

    def _total_by_period(self, name: str, schedule: Schedule, rule: Prorate) -> tuple[Ints, int]:
        """A total where each day has one period, (rows, periods): seasons share it by the charge's rule."""
        sums: Ints = np.zeros((self.batch.rows, len(schedule.periods)), dtype=np.int64)
        scale = 0
        for run in season_runs(schedule, self.span):
            present = [index for index, days in enumerate(active_days(schedule, run).values()) if days]
            if len(present) != 1:
                raise InputError(
                    f"this tariff has prices by the hour, and register {name!r} was read once for all of the days",
                    path=f"{self.path}.schedule",
                    hint="take a tariff with a price for each counter of the meter, or with one price",
                    code="needs_intervals",
                )
            totals, scale = self.on(run).totals(name, rule)
            sums[:, present[0]] += totals
        return sums, scale

    def factor(self, name: str) -> Conversion | None:
        """The conversion of a quantity on these days, None for a plain register."""
        converted = self.references.conversions.get(name)
        return None if converted is None else converted.factor_on(self.span, name)

    def _convert(self, name: str, counts: Ints, scale: int) -> tuple[Ints, int]:
        factor = self.factor(name)
        if factor is None:
            return counts, scale
        return self.references.conversions[name].apply(factor, counts, scale, name), NINE

    # -- demand --------------------------------------------------------------------------------------------------

    def windows(self, name: str, window_min: int, days: Span) -> tuple[Ints, int, Decimal]:
        """Sums per demand window of some days: (rows, windows), steps a window, and the factor from a sum to kW.

        Windows follow the civil day. `window_min` 0 takes the readings' own step. Readings coarser than the window are
        refused: the highest window cannot be known from them.
        """
        register = self._intervals_of(name)
        window_s = window_min * 60 or register.known_s
        if window_s % register.known_s:
            raise InputError(
                f"a maximum over {window_min} min cannot be told from steps of {register.known_s // 60} min",
                path=f"{self.path}.window_min",
                hint="use readings of a shorter step, or a tariff that prices a maximum over as long a time",
                code="needs_shorter_steps",
            )
        per_window = window_s // register.step_s
        key = ("windows", name, days, window_s)
        if key not in self.cache:
            steps = self.grid(register.step_s)
            values = register.values[:, steps.slice_of(days)]
            SpreadCheck(name, register, steps, steps.slice_of(days), f"{self.path}.window_min").refuse_wider(per_window)
            if values.shape[1] % per_window:
                raise InputError(
                    f"windows of {window_min} min do not fit the days {days.start} to {days.end}",
                    path=f"{self.path}.window_min",
                )
            sums = values if per_window == 1 else values.reshape(values.shape[0], -1, per_window).sum(axis=2)
            self.cache[key] = power(sums, window_s, register.scale)
        powers, factor = self.cache[key]
        return powers, per_window, factor

    def _intervals_of(self, name: str) -> Intervals:
        register = self.register(name)
        if not isinstance(register, Intervals):
            raise InputError(
                f"register {name!r} has one total for the span, a demand needs intervals or a maximum register",
                path=f"{self.path}.register",
                code="needs_intervals",
            )
        return register

    def peaks(self, name: str, window_min: int = 0) -> list[Decimal]:
        """Highest mean power of a window in these days, in kW (or the unit per hour), per row; never below 0."""
        sums, _, factor = self.windows(name, window_min, self.span)
        return [max(value, 0) * factor for value in sums.max(axis=1).tolist()]

    def window_periods(
        self, name: str, window_min: int, schedule_name: str, schedule: Schedule, days: Span
    ) -> NDArray[np.int16]:
        """The time-of-use period in which each demand window of some days begins, (windows,)."""
        per_window = self.windows(name, window_min, days)[1]
        steps = self.grid(self._intervals_of(name).step_s)
        periods: NDArray[np.int16] = period_map(schedule, steps, f"schedules.{schedule_name}")
        return periods[steps.slice_of(days)][::per_window]

    def period_peaks(self, name: str, window_min: int, schedule_name: str, schedule: Schedule, days: Span) -> Ints:
        """Highest window sum per time-of-use period of some days, (rows, periods); 0 where a period has no window."""
        sums, per_window, _ = self.windows(name, window_min, days)
        check_steps(schedule, self._intervals_of(name).step_s * per_window, f"schedules.{schedule_name}")
        key = ("peaks", name, days, per_window, schedule_name, id(schedule))
        if key not in self.cache:
            index = self.window_periods(name, window_min, schedule_name, schedule, days)
            self.cache[key] = max_by(sums, index, len(schedule.periods))
        peaks: Ints = self.cache[key]
        return peaks

    def peak_times(self, name: str, window_min: int, days: Span, allowed: NDArray[np.bool_] | None = None) -> list[str]:
        """For each row, the date and wall-clock time at which its highest window began; `allowed` is (windows,)."""
        sums, per_window, _ = self.windows(name, window_min, days)
        if allowed is not None and not allowed.any():
            return ["(no window in these days)"] * len(sums)
        steps = self.grid(self._intervals_of(name).step_s)
        values = sums if allowed is None else np.where(allowed, sums, -1)
        places = values.argmax(axis=1).tolist()
        first = steps.slice_of(days).start
        times = {place: f"at {steps.wall(first + place * per_window)}" for place in set(places)}
        return [times[place] for place in places]


def power(sums: Ints, window_s: int, scale: int) -> tuple[Ints, Decimal]:
    """The power of windows as integers, of the shape of `sums`, and the factor that makes them kW.

    Energy at nine decimals was rounded to them: 20 kW for five minutes, 1.666666667 kWh, are 20 kW again.
    """
    per_hour = HOUR_S // window_s
    if scale != NINE:
        return sums, Decimal(per_hour).scaleb(-scale)
    return (sums * per_hour + 500) // 1000, MILLIWATT
