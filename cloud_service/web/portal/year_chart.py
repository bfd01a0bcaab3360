"""The customer's use of twelve months, beside the same months a year before."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from cloud_service.store.lookups import metering
from cloud_service.web import charts
from cloud_service.web.charts import Chart
from cloud_service.web.database import session
from cloud_service.web.language import formatting
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.portal.customer import Customer
from common.period import Span, add_months
from common.reading import as_decimal

WORTH_COMPARING = 5  # months of the year before, so that bars beside nothing are not drawn


@dataclass(frozen=True, slots=True)
class YearChart:
    """The bars for a wide page and a telephone; rows of month, kWh, kWh a year before; what each colour means."""

    drawn: tuple[Chart, Chart]
    rows: list[tuple[str, Decimal, Decimal]]
    legend: list[str]


def year_chart(me: Customer) -> YearChart:
    """Twelve months beside the same months a year before."""
    first = add_months(me.today.replace(day=1), -11)
    months = [add_months(first, n) for n in range(12)]
    totals = _by_month(me, Span(add_months(first, -12), me.today + timedelta(days=1)))
    this = [as_decimal(totals.get(month, 0)) for month in months]
    last = [as_decimal(totals.get(add_months(month, -12), 0)) for month in months]
    series = [this, last] if sum(1 for value in last if value) > WORTH_COMPARING else [this]
    names = [formatting.month(month, "MMMM y") for month in months]
    titles = [
        [_bar_title(month, value) for month, value in zip(months, this, strict=True)],
        [_bar_title(add_months(month, -12), value) for month, value in zip(months, last, strict=True)],
    ]
    drawn = charts.wide_and_narrow(
        [formatting.month(month) for month in months], series, titles[: len(series)], width=1100
    )
    legend = [_("This year"), _("Last year")][: len(series)]
    return YearChart(drawn, list(zip(names, this, last, strict=True)), legend)


def _by_month(me: Customer, span: Span) -> dict[date, int]:
    """Thousandths of a kWh by the first day of their month."""
    totals: dict[date, int] = {}
    for row in metering.daily_use(session(), me.ids, span):
        month = row.day.replace(day=1)
        totals[month] = totals.get(month, 0) + row.total
    return totals


def _bar_title(month: date, energy: Decimal) -> str:
    return _(
        "%(period)s: %(energy)s kWh", period=formatting.month(month, "MMMM y"), energy=formatting.number(energy, 1)
    )
