"""What a price sheet leaves open: a missing price, a hole between steps, an hour without a price; each at its cell."""

from decimal import Decimal

import msgspec
import numpy as np

from cloud_service.domain.calendar.tou_schedule import HOLIDAY, MINUTES, Schedule, hours_of, patterns
from cloud_service.domain.money import currency_digits, plain
from cloud_service.domain.tariffs.price_sheet.counter_holes import counter_faults, missing_price, unread_item
from cloud_service.domain.tariffs.price_sheet.sheet import HourPrice, PriceSheet, Step
from common.errors import InputError

UNITS = {"electricity": "kWh", "water": "m³", "gas": "m³", "heat": "kWh", "cooling": "kWh"}
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def sheet_faults(sheet: PriceSheet) -> list[InputError]:
    """All that keeps a sheet from being a tariff, each with the cell as its path (`steps-1-end`)."""
    return [*_head(sheet), *_energy(sheet), *_items(sheet), *_taxes(sheet)]


def _head(sheet: PriceSheet) -> list[InputError]:
    faults = [] if sheet.name.strip() else [InputError("the tariff needs a name", path="name")]
    if sheet.start is None:
        faults.append(InputError("from which day on?", path="start", hint="the first day these prices are valid"))
    elif sheet.until is not None and sheet.until <= sheet.start:
        faults.append(InputError("the end is not after the first day", path="until"))
    try:
        currency_digits(sheet.currency)
    except InputError as error:
        faults.append(InputError(error.message, path="currency", hint=error.hint))
    return faults


def _energy(sheet: PriceSheet) -> list[InputError]:
    if sheet.pricing == "flat":
        return [] if sheet.price is not None else [missing_price("price")]
    if sheet.pricing == "steps":
        return _steps(sheet.steps, UNITS.get(sheet.utility, ""))
    if sheet.pricing == "counters":
        return counter_faults(sheet.counters, sheet.utility)
    return _hours(sheet.hours)


def _steps(steps: tuple[Step, ...], unit: str) -> list[InputError]:
    if not steps:
        return [InputError("no step has a price", path="steps-0-price")]
    faults = [missing_price(f"steps-{index}-price") for index, step in enumerate(steps) if step.price is None]
    reached: Decimal | None = Decimal(0)
    for index, step in enumerate(steps):
        faults += _one_step(step, reached, index, unit)
        reached = step.end
        if step.end is None and index < len(steps) - 1:
            text = "only the last step goes on without an end"
            faults.append(InputError(text, path=f"steps-{index}-end", hint="up to where is this price?"))
    if reached is not None:
        text = f"nothing covers more than {plain(reached)} {unit}"
        faults.append(InputError(text, path=f"steps-{len(steps) - 1}-end", hint="leave the last end empty"))
    return faults


def _one_step(step: Step, reached: Decimal | None, index: int, unit: str) -> list[InputError]:
    """A hole or an overlap with the step before, or an end that is not above the start."""
    faults = []
    start = step.start if step.start is not None else reached
    if step.start is not None and reached is not None and step.start != reached:
        low, high = sorted((step.start, reached))
        text = f"nothing covers {plain(low)} to {plain(high)} {unit}"
        if step.start < reached:
            text = f"{plain(low)} to {plain(high)} {unit} would have two prices"
        faults.append(
            InputError(text, path=f"steps-{index}-start", hint=f"begin at {plain(reached)}, where the one before ends")
        )
    if step.end is not None and start is not None and step.end <= start:
        faults.append(InputError(f"{plain(step.end)} is not above {plain(start)}", path=f"steps-{index}-end"))
    return faults


def _hours(rows: tuple[HourPrice, ...]) -> list[InputError]:
    if not rows:
        return [InputError("no hour has a price", path="hours-0-price")]
    faults = [missing_price(f"hours-{index}-price") for index, row in enumerate(rows) if row.price is None]
    faults += [
        InputError("what are these hours called on the bill?", path=f"hours-{index}-label")
        for index, row in enumerate(rows)
        if not row.label.strip()
    ]
    for index, row in enumerate(rows):
        for span in spans_of(row.hours):
            try:
                hours_of(span, f"hours-{index}-hours")
            except InputError as error:
                faults.append(error)
    return faults if any("-hours" in fault.path for fault in faults) else faults + _uncovered(rows)


def spans_of(hours: str) -> tuple[str, ...]:
    """`7:00 - 9:00, 17:00-21:00` as the document writes them."""
    parts = [span.replace(" ", "").replace("–", "-") for span in hours.split(",")]
    return tuple("-".join(time.zfill(5) for time in span.split("-")) for span in parts if span)


def schedule_of(rows: tuple[HourPrice, ...], codes: list[str]) -> Schedule:
    """The rows as periods of a schedule."""
    periods = [
        {"name": code, "days": [] if row.days == "every" else row.days.split("+"), "hours": spans_of(row.hours)}
        for row, code in zip(rows, codes, strict=True)
    ]
    return msgspec.convert({"periods": periods}, Schedule)


def _uncovered(rows: tuple[HourPrice, ...]) -> list[InputError]:
    """The first stretch of a week without a price, and rows that no hour is left for."""
    schedule = schedule_of(rows, [str(index) for index in range(len(rows))])
    present: set[int] = set()
    for kind in range(HOLIDAY):
        numbers = patterns(schedule, 1, 1, kind)
        if int(numbers.min()) < 0:
            first = int(np.argmin(numbers))
            later = np.flatnonzero(numbers[first:] >= 0)
            last = first + int(later[0]) if len(later) else MINUTES
            text = f"nothing covers {DAY_NAMES[kind]} {_clock(first)} to {_clock(last)}"
            hint = "let the last row have every day and no hours: it takes the rest"
            return [InputError(text, path=f"hours-{len(rows) - 1}-hours", hint=hint)]
        present.update(int(number) for number in np.unique(numbers))
    return [
        InputError("no hour of the week is left for this row", path=f"hours-{index}-hours", hint="the first row wins")
        for index in range(len(rows))
        if index not in present
    ]


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _items(sheet: PriceSheet) -> list[InputError]:
    faults = []
    for index, item in enumerate(sheet.items):
        if item.price is None:
            faults.append(missing_price(f"items-{index}-price"))
        if not item.label.strip():
            faults.append(InputError("what is it called on the bill?", path=f"items-{index}-label"))
        if item.per == "kw" and sheet.utility != "electricity":
            faults.append(InputError("only electricity has a price of demand", path=f"items-{index}-per"))
        elif sheet.pricing == "counters":
            faults += unread_item(item, f"items-{index}-per")
    return faults


def _taxes(sheet: PriceSheet) -> list[InputError]:
    faults = []
    names = [tax.name.strip() for tax in sheet.taxes]
    for index, tax in enumerate(sheet.taxes):
        if not names[index]:
            faults.append(InputError("a tax needs a name", path=f"taxes-{index}-name", hint="for example VAT"))
        elif names[index] in names[:index]:
            faults.append(InputError(f"{names[index]} is there twice", path=f"taxes-{index}-name"))
        if tax.percent is None:
            faults.append(InputError("how many percent?", path=f"taxes-{index}-percent", hint="for example 16"))
        elif tax.percent < 0:
            faults.append(InputError("a tax is not below 0", path=f"taxes-{index}-percent"))
    return faults
