"""Examples of docs/tariffs.md: a tariff in TOML, and under it the bill that it gives, in words that can be checked.

The first line of a bill says the use: dates, zone, then registers. `import 310 kWh` is a total without intervals;
`import 1 kW every 15 min, 4 kW 17:00-20:00` is a load; `contracted_kw = 20` is a fact of the connection.
"""

import re
import tomllib
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np

from cloud_service.domain.calendar.interval_grid import grid
from cloud_service.domain.calendar.proration import cycles
from cloud_service.domain.money import plain
from cloud_service.domain.pricing.priced_lines import RatingResult
from cloud_service.domain.pricing.usage import History, Intervals, Ints, PriceSeries, RegisterUsage, Total, Usage
from cloud_service.domain.rating.engine import rate
from cloud_service.domain.tariffs.tariff import Tariff, load_tariff
from common.period import Span

EXAMPLE = re.compile(
    r"^### (?P<title>.+?)\n.*?```toml\n(?P<tariff>.*?)```\n(?:.*?)```bill\n(?P<bill>.*?)```", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True)
class Example:
    """One heading of the page with its tariff and its bill."""

    title: str
    tariff: Tariff
    use: str
    bill: list[str]


@dataclass
class Use:
    """What the first line of a bill says."""

    span: Span
    zone_name: str
    registers: dict[str, RegisterUsage] = field(default_factory=dict)
    values: dict[str, Decimal] = field(default_factory=dict)
    prices: dict[str, PriceSeries] = field(default_factory=dict)
    monthly: bool = False


def read_examples(page: Path) -> list[Example]:
    """All examples of a page."""
    examples = []
    for section in re.split(r"(?=^### )", page.read_text("utf-8"), flags=re.MULTILINE):
        match = EXAMPLE.match(section)
        if match:
            document = tomllib.loads(match["tariff"], parse_float=Decimal)
            first, *rest = match["bill"].strip().splitlines()
            examples.append(
                Example(match["title"], load_tariff(document), first, [" ".join(line.split()) for line in rest])
            )
    return examples


def read_use(text: str) -> Use:
    """The use that the first line of a bill names."""
    head, *clauses = (clause.strip() for clause in text.split(";"))
    match = re.fullmatch(r"(\S+) to (\S+), (\S+)(, month by month)?", head)
    assert match, head
    use = Use(Span(date.fromisoformat(match[1]), date.fromisoformat(match[2])), match[3], monthly=bool(match[4]))
    for clause in clauses:
        _read_clause(use, clause)
    return use


def _read_clause(use: Use, clause: str) -> None:
    if match := re.fullmatch(r"(\w+) = (\S+)", clause):
        use.values[match[1]] = Decimal(match[2])
    elif match := re.fullmatch(r"(\w+) ([\d.]+) (\S+)", clause):
        use.registers[match[1]] = Total(int(Decimal(match[2]) * 1000), use.span.start, use.span.end)
    elif match := re.fullmatch(r"price (\w+) ([\d.]+) every (\d+) min(.*)", clause):
        use.prices[match[1]] = PriceSeries(
            _series(use, match[2], int(match[3]), match[4], scale=5), int(match[3]) * 60, 5
        )
    elif match := re.fullmatch(r"(\w+) ([\d.]+) kW every (\d+) min(.*)", clause):
        hours = Decimal(match[3]) / 60
        values = _series(use, match[2], int(match[3]), match[4], scale=3, factor=hours)
        use.registers[match[1]] = Intervals(values, int(match[3]) * 60)
    else:
        raise AssertionError(clause)


def _series(use: Use, base: str, minutes: int, extra: str, *, scale: int, factor: Decimal = Decimal(1)) -> Ints:
    """A value every step, others between some hours of the wall clock, or on some days."""
    steps = grid(use.span.start, use.span.end, use.zone_name, minutes * 60)
    values = np.full(steps.steps, int(Decimal(base) * factor * 10**scale), dtype=np.int64)
    for match in re.finditer(r", ([\d.]+)(?: kW)? (\d\d):(\d\d)-(\d\d):(\d\d)(?: on (\d\d\d\d-\d\d-\d\d))?", extra):
        inside = (steps.minute >= int(match[2]) * 60 + int(match[3])) & (
            steps.minute < int(match[4]) * 60 + int(match[5])
        )
        if match[6]:
            day = (date.fromisoformat(match[6]) - use.span.start).days
            only = np.zeros(steps.steps, dtype=np.bool_)
            only[int(steps.day_first[day]) : int(steps.day_first[day + 1])] = True
            inside &= only
        values[inside] = int(Decimal(match[1]) * factor * 10**scale)
    return values


def bills(example: Example) -> list[RatingResult]:
    """The bills of an example: one, or one a month."""
    use = read_use(example.use)
    if not use.monthly:
        usage = Usage(use.registers, values=use.values, prices=use.prices)
        return [rate(example.tariff, usage, use.span, use.zone_name)]
    history, ratings = History(), []
    for month in cycles(use.span.start, use.span.end):
        cut: dict[str, RegisterUsage] = {}
        for name, register in use.registers.items():
            assert isinstance(register, Intervals)
            place = grid(use.span.start, use.span.end, use.zone_name, register.step_s).slice_of(month)
            cut[name] = Intervals(register.values[place], register.step_s, register.scale)
        ratings.append(rate(example.tariff, Usage(cut, history, use.values), month, use.zone_name))
        history = ratings[-1].history
    return ratings


def written(ratings: list[RatingResult]) -> list[str]:
    """Bills in the words of the page."""
    rows = []
    for bill in ratings:
        if len(ratings) > 1:
            rows.append(f"{bill.span.start}")
        for line in bill.lines:
            price = "" if line.price is None else f" × {plain(line.price)}"
            note = f" ({line.note})" if line.note else ""
            rows.append(f"{line.label}: {plain(line.quantity)} {line.unit}{price} = {line.amount}{note}")
        rows += [f"{tax.label}: {plain(tax.percent)} % of {tax.base} = {tax.amount}" for tax in bill.taxes]
        rows.append(f"total {bill.total}")
    return [" ".join(row.split()) for row in rows]
