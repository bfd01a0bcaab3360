"""Numbers -> the geometry of a chart; the templates only draw it as SVG. No float touches a label's value."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, in the units of the viewBox."""

    x: float
    y: float
    width: float
    height: float
    series: int
    title: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars, grid lines (y, text) and labels below (x, text) in a box of `width` × `height`."""

    width: int
    height: int
    left: int
    bars: tuple[Bar, ...]
    grid: tuple[tuple[float, str], ...]
    labels: tuple[tuple[float, str], ...]
    base: float


def nice_ceiling(value: Decimal) -> Decimal:
    """The next of 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10 times a power of ten: the top of an axis."""
    if value <= 0:
        return Decimal(1)
    power = Decimal(10) ** value.adjusted()
    steps = ("1", "1.5", "2", "2.5", "3", "4", "5", "6", "8", "10")
    return next(Decimal(step) * power for step in steps if Decimal(step) * power >= value)


def axis_text(value: Decimal) -> str:
    """1,250 · 0.5 · 40k: short enough for the axis."""
    if value >= 1_000_000:  # noqa: PLR2004 - a million
        return f"{(value / 1_000_000).normalize():f}M"
    if value >= 10_000:  # noqa: PLR2004 - from here on thousands are shorter
        return f"{(value / 1000).normalize():f}k"
    return f"{value.normalize():,f}"


def wide_and_narrow(
    labels: Sequence[str],
    series: Sequence[Sequence[Decimal]],
    titles: Sequence[Sequence[str]],
    *,
    width: int = 760,
    every: int = 1,
) -> tuple[Chart, Chart]:
    """The same bars for a wide page and for a telephone: a picture scales its letters, so each width has its own."""
    thinner = max(every * 2, 1)
    return (
        bars(labels, series, titles, width=width, every=every),
        bars(labels, series, titles, width=340, height=220, every=thinner),
    )


def bars(
    labels: Sequence[str],
    series: Sequence[Sequence[Decimal]],
    titles: Sequence[Sequence[str]],
    *,
    width: int = 760,
    height: int = 290,
    every: int = 1,
) -> Chart:
    """Grouped bars; `titles` are what a pointer or a screen reader hears of each bar, `every` thins out the labels."""
    left, top, bottom = 52, 10, 26
    highest = max((value for values in series for value in values), default=Decimal(0))
    ceiling = nice_ceiling(highest)
    plot = height - top - bottom
    slot = (width - left) / max(len(labels), 1)
    gap = min(2.0, slot * 0.04)
    room = slot * (0.78 if len(series) > 1 else 0.62)
    each = (room - gap * (len(series) - 1)) / max(len(series), 1)
    drawn = []
    for n in range(len(labels)):
        start = left + slot * n + (slot - room) / 2
        for s, values in enumerate(series):
            tall = float(max(values[n], Decimal(0)) / ceiling) * plot
            drawn.append(Bar(start + s * (each + gap), top + plot - tall, each, tall, s, titles[s][n]))
    grid = tuple((top + plot * (4 - step) / 4, axis_text(ceiling * step / 4)) for step in range(5))
    below = tuple((left + slot * (n + 0.5), text) for n, text in enumerate(labels) if n % every == 0)
    return Chart(width, height, left, tuple(drawn), grid, below, top + plot)
