"""One charge on one part of the span, for all connections of a batch: its quantities, its time, its lines."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cloud_service.domain.calendar.interval_grid import Grid, grid
from cloud_service.domain.calendar.proration import (
    NINTH,
    Prorate,
    cycle_start,
    cycles,
    months_of,
    next_cycle,
    split_total,
)
from cloud_service.domain.calendar.tou_periods import active_days, check_steps, period_map, season_runs
from cloud_service.domain.calendar.tou_schedule import Schedule
from cloud_service.domain.money import plain
from cloud_service.domain.pricing.charge import Charge, kind_of
from cloud_service.domain.pricing.line_sheet import Sheet
from cloud_service.domain.pricing.period_sums import max_by, sum_by
from cloud_service.domain.pricing.priced_lines import PAID_OUT, DueAndExact, LineHead, sum_of
from cloud_service.domain.pricing.references import Conversion, TariffReferences
from cloud_service.domain.pricing.usage import Batch, History, Intervals, Ints, Total, same_scale
from common.errors import InputError
from common.period import Span

NINE = 9  # decimals of converted quantities
HOUR_S = 3600
INT64 = 2**63 - 1
MILLIWATT = Decimal("0.000001")  # in kW
NET = ("net_import", "net_export")


@dataclass(slots=True)
class ChargeContext:
    """One charge on one part of the span, for all connections of a batch."""

    charge: Charge
    path: str
    span: Span
    whole: Span  # the billing span it is a part of
    zone_name: str
    cycle_day: int
    batch: Batch
    sheet: Sheet
    references: TariffReferences
    version: str
    sums: dict[Any, Any] = field(default_factory=dict)  # shared by the charges of one rating

    # -- quantities ----------------------------------------------------------------------------------------------

    def register(self, name: str) -> Intervals | Total:
        """A register of the batch; one that was not given is refused, never taken for zero.

        `net_import` and `net_export` are import less export of each step, and the other way round; a connection
        without an export register has no export.
        """
        source = self.references.conversions[name].register if name in self.references.conversions else name
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
        source = self.references.conversions[name].register if name in self.references.conversions else name
        return source in self.batch.registers

    def _net(self, name: str) -> Intervals | Total:
        taken, given = self.batch.registers["import"], self.batch.registers.get("export")
        if given is None and name == "net_import":
            return taken
        if not isinstance(taken, Intervals) or not isinstance(given, Intervals):
            raise InputError("net import and export of each step need intervals of both", path=f"{self.path}.register")
        if taken.step_s != given.step_s:
            raise InputError("import and export have different steps", path=f"{self.path}.register")
        if name not in self.sums:
            used, back, scale = same_scale((taken.values, taken.scale), (given.values, given.scale))
            net = used - back if name == "net_import" else back - used
            self.sums[name] = Intervals(np.maximum(net, 0), taken.step_s, scale, max(taken.known_s, given.known_s))
        found: Intervals = self.sums[name]
        return found

    def grid(self, step_s: int) -> Grid:
        """The steps of the whole span."""
        return grid(self.whole.start, self.whole.end, self.zone_name, step_s)

    def interval_values(self, register: Intervals) -> Ints:
        """The steps of this part: a matrix (rows, steps)."""
        return register.values[:, self.grid(register.step_s).slice_of(self.span)]

    def totals(self, name: str, rule: Prorate = "actual_days") -> tuple[Ints, int]:
        """Sum of this part per row, and its scale."""
        register = self.register(name)
        key = ("total", name, self.span, rule)
        if key not in self.sums:
            if isinstance(register, Intervals):
                sums = self.interval_values(register).sum(axis=1)
            else:
                whole = Span(register.start, register.end)
                if rule == "none" and whole != self.whole:
                    raise InputError(
                        f"a total of {whole.start} to {whole.end} is not to be split, the bill is of "
                        f"{self.whole.start} to {self.whole.end}",
                        path=f"{self.path}.prorate",
                    )
                values = np.atleast_1d(np.asarray(register.value)).tolist()
                sums = np.array([split_total(int(value), whole, self.span, rule) for value in values], dtype=np.int64)
            self.sums[key] = self._convert(name, sums, register.scale)
        found: tuple[Ints, int] = self.sums[key]
        return found

    def by_period(
        self, name: str, schedule_name: str, schedule: Schedule, rule: Prorate = "actual_days"
    ) -> tuple[Ints, int]:
        """Sum per row and time-of-use period of this part (rows, periods), and the scale."""
        register = self.register(name)
        if not isinstance(register, Intervals):
            return self._total_by_period(name, schedule, rule)
        key = ("period", name, self.span, schedule_name, id(schedule))
        if key not in self.sums:
            steps = self.grid(register.step_s)
            check_steps(schedule, register.known_s, f"schedules.{schedule_name}")
            index = period_map(schedule, steps, f"schedules.{schedule_name}")[steps.slice_of(self.span)]
            sums = sum_by(self.interval_values(register), index, len(schedule.periods))
            self.sums[key] = self._convert(name, sums, register.scale)
        found: tuple[Ints, int] = self.sums[key]
        return found

    def _total_by_period(self, name: str, schedule: Schedule, rule: Prorate) -> tuple[Ints, int]:
        """A total where each day has one period: seasons share it by the charge's rule."""
        found: Ints = np.zeros((self.batch.rows, len(schedule.periods)), dtype=np.int64)
        scale = 0
        for run in season_runs(schedule, self.span):
            present = [index for index, days in enumerate(active_days(schedule, run).values()) if days]
            if len(present) != 1:
                raise InputError(
                    f"register {name!r} has one total for the span and cannot be told apart by time of use",
                    path=f"{self.path}.schedule",
                    hint="use interval readings, or one register for each period",
                    code="needs_intervals",
                )
            totals, scale = replace(self, span=run).totals(name, rule)
            found[:, present[0]] += totals
        return found, scale

    def factor(self, name: str) -> Conversion | None:
        """The conversion of a quantity on the days of this part, None for a plain register."""
        made = self.references.conversions.get(name)
        if made is None:
            return None
        for factor in made.factors:
            if (factor.start or self.span.start) <= self.span.start and self.span.end <= (
                factor.until or self.span.end
            ):
                return factor
        raise InputError(
            f"quantity {name!r} has no factor for {self.span.start}",
            path=f"quantities.{name}.factors",
            code="no_factor",
        )

    def _convert(self, name: str, values: Ints, scale: int) -> tuple[Ints, int]:
        factor = self.factor(name)
        if factor is None:
            return values, scale
        by = factor.correction * factor.calorific_value / factor.divisor
        decimals = self.references.conversions[name].decimals
        digits = Decimal(1).scaleb(-(NINE if decimals is None else decimals))
        made = [
            int((value * by).scaleb(-scale).quantize(digits, ROUND_HALF_UP).scaleb(NINE))
            for value in values.ravel().tolist()
        ]
        if any(abs(value) > INT64 for value in made):
            raise InputError(
                f"register {self.references.conversions[name].register!r} counted more than any connection",
                path=f"quantities.{name}",
                code="too_large",
            )
        return np.array(made, dtype=np.int64).reshape(values.shape), NINE

    def windows(self, name: str, window_min: int, days: Span) -> tuple[Ints, int, Decimal]:
        """Sums per demand window of some days: (rows, windows), steps a window, and the factor from a sum to kW.

        Windows follow the civil day. `window_min` 0 takes the readings' own step. Readings coarser than the window are
        refused: the highest window cannot be known from them.
        """
        register = self.register(name)
        if not isinstance(register, Intervals):
            raise InputError(
                f"register {name!r} has one total for the span, a demand needs intervals or a maximum register",
                path=f"{self.path}.register",
                code="needs_intervals",
            )
        window_s = window_min * 60 or register.known_s
        if window_s % register.known_s:
            raise InputError(
                f"a maximum over {window_min} min cannot be told from steps of {register.known_s // 60} min",
                path=f"{self.path}.window_min",
                hint="use readings of a shorter step",
                code="needs_shorter_steps",
            )
        many = window_s // register.step_s
        key = ("windows", name, days, window_s)
        if key not in self.sums:
            values = register.values[:, self.grid(register.step_s).slice_of(days)]
            if values.shape[1] % many:
                raise InputError(
                    f"windows of {window_min} min do not fit the days {days.start} to {days.end}",
                    path=f"{self.path}.window_min",
                )
            sums = values if many == 1 else values.reshape(values.shape[0], -1, many).sum(axis=2)
            self.sums[key] = power(sums, window_s, register.scale)
        found, factor = self.sums[key]
        return found, many, factor

    def peaks(self, name: str, window_min: int = 0) -> list[Decimal]:
        """Highest mean power of a window in this part, in kW (or the unit per hour), per row; never below 0."""
        sums, _, factor = self.windows(name, window_min, self.span)
        return [max(value, 0) * factor for value in sums.max(axis=1).tolist()]

    def period_peaks(self, name: str, window_min: int, schedule_name: str, schedule: Schedule, days: Span) -> Ints:
        """Highest window sum per row and time-of-use period of some days; 0 where a period has no window."""
        sums, many, _ = self.windows(name, window_min, days)
        register = self.register(name)
        assert isinstance(register, Intervals)  # noqa: S101 -- windows() has refused anything else
        check_steps(schedule, register.step_s * many, f"schedules.{schedule_name}")
        steps = self.grid(register.step_s)
        index = period_map(schedule, steps, f"schedules.{schedule_name}")[steps.slice_of(days)][::many]
        key = ("peaks", name, days, many, schedule_name, id(schedule))
        if key not in self.sums:
            self.sums[key] = max_by(sums, index, len(schedule.periods))
        found: Ints = self.sums[key]
        return found

    def walls_of_peaks(
        self, name: str, window_min: int, days: Span, allowed: NDArray[np.bool_] | None = None
    ) -> list[str]:
        """For each row, the date and wall-clock time at which its highest window began."""
        sums, many, _ = self.windows(name, window_min, days)
        if allowed is not None and not allowed.any():
            return ["(no window in these days)"] * len(sums)
        register = self.register(name)
        assert isinstance(register, Intervals)  # noqa: S101 -- windows() has refused anything else
        steps = self.grid(register.step_s)
        values = sums if allowed is None else np.where(allowed, sums, -1)
        places = values.argmax(axis=1).tolist()
        first = steps.slice_of(days).start
        walls = {place: f"at {steps.wall(first + place * many)}" for place in set(places)}
        return [walls[place] for place in places]

    def refuse_cut(self, rule: Prorate) -> None:
        """Refuse to price part of a billing month where the charge says that months are not prorated."""
        edges = (self.span.start, self.span.end)
        inside = [edge for edge in edges if self.whole.start < edge < self.whole.end]
        if rule == "none" and any(cycle_start(edge, self.cycle_day) != edge for edge in inside):
            raise InputError(
                f"a change inside the month cuts {self.span.start} to {self.span.end}, and this charge is not prorated",
                path=f"{self.path}.prorate",
                hint="actual_days or 30_day_months, or let prices change with a billing month",
                code="not_prorated",
            )

    # -- proration -----------------------------------------------------------------------------------------------

    def months(self, rule: Prorate = "actual_days") -> Decimal:
        """How many billing months this part is."""
        return months_of(self.span.start, self.span.end, self.cycle_day, rule, self.whole.start)

    def share_of_bill(self) -> Decimal:
        """How much of the billing span this part is, by days; the parts of any cut sum to 1."""
        ends = ((day - self.whole.start).days for day in (self.span.start, self.span.end))
        before, done = ((Decimal(days) / self.whole.days).quantize(NINTH, ROUND_HALF_UP) for days in ends)
        return done - before

    def ends_month(self, month: int, path: str) -> bool:
        """Whether the part ends with the billing month that begins in that calendar month.

        A part that holds the month's end inside it is refused: what was used after it cannot be told apart.
        """
        for cycle in cycles(self.span.start, self.span.end, self.cycle_day):
            first = cycle_start(cycle.start, self.cycle_day)
            if first.month == month and cycle.end == next_cycle(first, self.cycle_day):
                if cycle.end == self.span.end:
                    return True
                raise InputError(
                    f"the billing month {month} ends on {cycle.end}, inside {self.span.start} to {self.span.end}",
                    path=path,
                    hint="name the last month of a billing span, or bill each month",
                    code="ends_inside",
                )
        return False

    def months_of_days(self, days: Sequence[date], rule: Prorate) -> Decimal:
        """How many billing months some of the part's days are."""
        if len(days) == self.span.days:
            return self.months(rule)
        total = Decimal(0)
        for run in _runs(days):
            total += months_of(run.start, run.end, self.cycle_day, rule, self.whole.start)
        return total

    def active(self, schedule: Schedule) -> Mapping[str, tuple[date, ...]]:
        """Per period the days of its season in this part."""
        return active_days(schedule, self.span)

    # -- lines ---------------------------------------------------------------------------------------------------

    def head(  # noqa: PLR0917 -- a line's facts in their order
        self,
        label: str,
        unit: str,
        utility: str,
        rule: str,
        source: str,
        path: str = "",
        suffix: str = "",
        *,
        days: Span | None = None,
    ) -> LineHead:
        """What the lines of a rule have in common."""
        charge = self.charge
        kind = kind_of(charge)
        return LineHead(
            charge=kind,
            id=(charge.id or kind) + suffix,
            label=label,
            unit=unit,
            path=path or self.path,
            tax_category=charge.tax,
            utility=utility,
            start=(days or self.span).start,
            end=(days or self.span).end,
            rule=rule,
            source=source,
            version=self.version,
        )

    def source_of(self, name: str, register: Intervals | Total, what: str = "", steps: int | None = None) -> str:
        """Where a quantity comes from, in words."""
        days = f"{self.span.start} to {self.span.end} (end exclusive)"
        factor = self.factor(name)
        if factor is not None:
            made = self.references.conversions[name]
            plain_source = self.source_of(made.register, register, what, steps)
            by = f"{plain(factor.correction)} × {plain(factor.calorific_value)} / {plain(factor.divisor)}"
            return f"{plain_source}, times {by} to {made.unit}"
        if isinstance(register, Intervals):
            slice_ = self.grid(register.step_s).slice_of(self.span)
            count = slice_.stop - slice_.start if steps is None else steps
            minutes = register.step_s // 60
            return f"register {name}: sum of {count} intervals of {minutes} min{what}, {days}"
        return f"register {name}: total of {register.start} to {register.end}{what}, here {days}"

    def history(self, row: int) -> History:
        """What earlier spans left behind for that connection."""
        return self.batch.history(row)

    def money_before(self, row: int, name: str) -> DueAndExact:
        """Credit that a charge kept, from an earlier part of this rating or from an earlier span."""
        kept = self.sheet.money_credit[row].get(name)
        return kept if kept is not None else _kept(self.history(row).money_credit, self.history(row), name)

    def year_before(self, row: int, name: str) -> DueAndExact:
        """What a charge has counted in the tariff year so far."""
        kept = self.sheet.year_to_date[row].get(name)
        return kept if kept is not None else _kept(self.history(row).year_to_date, self.history(row), name)


def _kept(amounts: Mapping[str, Decimal], history: History, name: str) -> DueAndExact:
    due = amounts.get(name, Decimal(0))
    return DueAndExact(due, history.unrounded.get(name, due))


def power(sums: Ints, window_s: int, scale: int) -> tuple[Ints, Decimal]:
    """The power of windows as integers and the factor that makes them kW.

    Energy at nine decimals was rounded to them: 20 kW for five minutes, 1.666666667 kWh, are 20 kW again.
    """
    per_hour = HOUR_S // window_s
    if scale != NINE:
        return sums, Decimal(per_hour).scaleb(-scale)
    return (sums * per_hour + 500) // 1000, MILLIWATT


def _runs(days: Sequence[date]) -> Iterable[Span]:
    start = before = None
    for day in days:
        if start is None or before is None or (day - before).days != 1:
            if start is not None and before is not None:
                yield Span(start, date.fromordinal(before.toordinal() + 1))
            start = day
        before = day
    if start is not None and before is not None:
        yield Span(start, date.fromordinal(before.toordinal() + 1))


def base_of(context: ChargeContext, row: int, names: Sequence[str], of_first: int | None = None) -> DueAndExact:
    """Sum of a row's lines on the part's days, payments of ended credit left out; `names` are ids or kinds, or *.

    `of_first` looks at so many of the lines only: at those that were there before a charge's own.
    """
    lines = context.sheet.rows[row][:of_first]
    inside = (
        line
        for line in lines
        if context.span.start <= line.head.start
        and line.head.end <= context.span.end
        and not line.head.id.endswith(PAID_OUT)
    )
    if "*" in names:
        return sum_of(inside)
    return sum_of(line for line in inside if line.head.id in names or line.head.charge in names)
