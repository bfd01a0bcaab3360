"""One charge on some days of the billing span, for all connections of a batch: its quantities, its time, its lines."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from cloud_service.domain.calendar.proration import NINTH, Prorate, cycle_start, cycles, months_of, next_cycle
from cloud_service.domain.calendar.tou_periods import active_days
from cloud_service.domain.calendar.tou_schedule import Schedule
from cloud_service.domain.money import plain
from cloud_service.domain.pricing.line_sheet import LineSheet
from cloud_service.domain.pricing.priced_lines import PAID_OUT, DueAndExact, LineHead, sum_of
from cloud_service.domain.pricing.references import TariffReferences
from cloud_service.domain.pricing.register_sums import RegisterSums
from cloud_service.domain.pricing.usage import History, Intervals, Total, UsageBatch
from common.errors import InputError
from common.period import Span


@dataclass(slots=True)
class ChargeContext:
    """One charge on some days of the billing span, for all connections of a batch."""

    kind: str  # of the charge, a key of `CHARGES`
    name: str  # of the charge in its document
    tax_category: str  # name of a tax of the tariff, empty for the default ones
    sums: RegisterSums  # what the registers counted on these days
    cycle_day: int  # day of the month on which billing months start
    sheet: LineSheet
    version: str  # of the tariff, in the words of an explanation

    def on(self, span: Span) -> "ChargeContext":
        """The same charge on other days of the billing span."""
        return replace(self, sums=self.sums.on(span))

    @property
    def path(self) -> str:
        """The charge's place in the tariff document."""
        return self.sums.path

    @property
    def span(self) -> Span:
        """The days that are priced."""
        return self.sums.span

    @property
    def whole(self) -> Span:
        """The billing span they are of."""
        return self.sums.whole

    @property
    def batch(self) -> UsageBatch:
        """The connections and what they used."""
        return self.sums.batch

    @property
    def references(self) -> TariffReferences:
        """The registers, conversions and schedules of the tariff."""
        return self.sums.references

    # -- proration -----------------------------------------------------------------------------------------------

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

    def months(self, rule: Prorate = "actual_days") -> Decimal:
        """How many billing months these days are."""
        return months_of(self.span.start, self.span.end, self.cycle_day, rule, self.whole.start)

    def share_of_bill(self) -> Decimal:
        """How much of the billing span these days are, by days; the shares of any cut sum to 1."""
        ends = ((day - self.whole.start).days for day in (self.span.start, self.span.end))
        before, done = ((Decimal(days) / self.whole.days).quantize(NINTH, ROUND_HALF_UP) for days in ends)
        return done - before

    def ends_month(self, month: int, path: str) -> bool:
        """Whether the days end with the billing month that begins in that calendar month.

        Days that hold the month's end inside them are refused: what was used after it cannot be told apart.
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
        """How many billing months some of the days are."""
        if len(days) == self.span.days:
            return self.months(rule)
        total = Decimal(0)
        for run in _runs(days):
            total += months_of(run.start, run.end, self.cycle_day, rule, self.whole.start)
        return total

    def active(self, schedule: Schedule) -> Mapping[str, tuple[date, ...]]:
        """Per period the days of its season."""
        return active_days(schedule, self.span)

    # -- lines ---------------------------------------------------------------------------------------------------

    def head(  # noqa: PLR0917 -- the fields of a line in their order
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
        return LineHead(
            charge=self.kind,
            id=self.name + suffix,
            label=label,
            unit=unit,
            path=path or self.path,
            tax_category=self.tax_category,
            utility=utility,
            start=(days or self.span).start,
            end=(days or self.span).end,
            rule=rule,
            source=source,
            version=self.version,
            group="" if self.kind in self.references.charge_names else self.kind,
        )

    def source_of(self, name: str, register: Intervals | Total, of_period: str = "", steps: int | None = None) -> str:
        """Where a quantity comes from, in words."""
        days = f"{self.span.start} to {self.span.end} (end exclusive)"
        factor = self.sums.factor(name)
        if factor is not None:
            converted = self.references.conversions[name]
            plain_source = self.source_of(converted.register, register, of_period, steps)
            by = f"{plain(factor.correction)} × {plain(factor.calorific_value)} / {plain(factor.divisor)}"
            return f"{plain_source}, times {by} to {converted.unit}"
        if isinstance(register, Intervals) and any(register.spread):
            return f"register {name}: difference of its readings{of_period}, {days}"
        if isinstance(register, Intervals):
            slice_ = self.sums.grid(register.step_s).slice_of(self.span)
            count = slice_.stop - slice_.start if steps is None else steps
            minutes = register.step_s // 60
            return f"register {name}: sum of {count} intervals of {minutes} min{of_period}, {days}"
        return f"register {name}: total of {register.start} to {register.end}{of_period}, here {days}"

    def history(self, row: int) -> History:
        """What earlier spans left behind for that connection."""
        return self.sums.batch.history(row)

    def money_before(self, row: int, name: str) -> DueAndExact:
        """Credit that a charge kept, from earlier days of this rating or from an earlier span."""
        credit = self.sheet.money_credit[row].get(name)
        return credit if credit is not None else _carried(self.history(row).money_credit, self.history(row), name)

    def year_before(self, row: int, name: str) -> DueAndExact:
        """What a charge has counted in the tariff year so far."""
        so_far = self.sheet.year_to_date[row].get(name)
        return so_far if so_far is not None else _carried(self.history(row).year_to_date, self.history(row), name)


def _carried(amounts: Mapping[str, Decimal], history: History, name: str) -> DueAndExact:
    due = amounts.get(name, Decimal(0))
    return DueAndExact(due, history.unrounded.get(name, due))


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
    """Sum of a row's lines on the context's days, payments of ended credit left out; `names` are ids, kinds or *.

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
    return sum_of(line for line in inside if line.head.is_one_of(names))
