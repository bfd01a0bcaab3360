"""How numbers, money, days and instants are written for people, in the reader's language and the site's time zone."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_interval
from babel.numbers import format_decimal
from flask import Flask
from flask_babel import get_locale
from markupsafe import Markup, escape

from cloud_service.domain.money import currency_digits
from cloud_service.flow.invoicing import line_names
from cloud_service.web.language.sentences import gettext as _
from common.period import Span
from common.reading import Unit, as_decimal

NOTHING = "–"
COUNTED_UNITS = frozenset(unit.value for unit in Unit)


def init_app(app: Flask) -> None:
    """Offer the words to the templates."""
    app.jinja_env.filters.update(
        money=money,
        amount=amount,
        kwh=kwh,
        number=number,
        day=day,
        day_span=day_span,
        last_day=last_day,
        month=month,
        instant=instant,
        ago=ago,
        percent=percent,
        exact=exact,
        span=span,
        line_name=line_name,
        line_quantity=line_quantity,
        line_unit=line_unit,
    )


def locale() -> str:
    """The reader's language."""
    return str(get_locale() or "en")


def line_name(label: str, charge: str) -> str:
    """A line of a bill in the reader's language; a tariff's own words stay."""
    return line_names.line_name(label, charge, locale())


def line_quantity(quantity: Decimal | None, unit: str) -> str:
    """How much a line of a bill is about: with thousandths where a meter counts in its unit."""
    return number(quantity, 3 if unit in COUNTED_UNITS else 2)


def line_unit(unit: str, quantity: Decimal) -> str:
    """The unit of a line of a bill: 1 month, 3 months."""
    return line_names.line_unit(unit, quantity, locale())


def amount(value: Decimal | None, currency: str) -> str:
    """1,234.50 with the digits of the currency, without its name."""
    if value is None:
        return NOTHING
    digits = currency_digits(currency)
    pattern = "#,##0." + "0" * digits if digits else "#,##0"
    return str(format_decimal(value, pattern, locale=locale()))


def money(value: Decimal | None, currency: str) -> Markup:
    """KES 1,234.50; kept on one line and left to right in every language."""
    if value is None:
        return Markup(NOTHING)  # noqa: S704 - a constant
    return Markup('<bdi class="num">{} {}</bdi>').format(currency, amount(value, currency))


def kwh(thousandths: int | None, digits: int = 2) -> str:
    """Energy from thousandths (Wh) as kWh."""
    if thousandths is None:
        return NOTHING
    return number(as_decimal(thousandths), digits)


def number(value: Decimal | int | None, digits: int = 0) -> str:
    """A plain number with grouping."""
    if value is None:
        return NOTHING
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return str(format_decimal(value, pattern, locale=locale()))


def exact(value: Decimal | None) -> str:
    """All digits that are known and no more: 150, 0.3125."""
    return NOTHING if value is None else f"{value.normalize():f}"


def percent(value: Decimal | None) -> str:
    """+2.1% with its sign."""
    if value is None:
        return ""
    return f"{'+' if value >= 0 else '−'}{format_decimal(abs(value), '0.0', locale=locale())}%"


def day(value: date | None, style: str = "iso") -> str:
    """2026-11-20, the same in all lists and files; `long` writes the month out."""
    if value is None:
        return NOTHING
    if style == "iso":
        return value.isoformat()
    return str(format_date(value, "d MMM y", locale=locale()))


def last_day(until: date) -> date:
    """The last day of a span whose end is its first day no more: what people call its end."""
    return until - timedelta(days=1)


def day_span(value: Span) -> str:
    """1 – 31 Oct 2026, both days included; a whole month by its name."""
    last = value.end - timedelta(days=1)
    if value.start.day == 1 and value.end.day == 1:
        return str(format_interval(value.start, last, "yMMM", locale=locale()))
    return str(format_interval(value.start, last, "yMMMd", locale=locale()))


def month(value: date, style: str = "MMM") -> str:
    """The name of a month."""
    return str(format_date(value, style, locale=locale()))


def instant(value: datetime | None, timezone: str = "UTC", style: str = "d MMM y, HH:mm") -> Markup:
    """A moment in the site's zone; the tooltip has it in UTC."""
    if value is None:
        return Markup(NOTHING)  # noqa: S704 - a constant
    text = format_datetime(value.astimezone(ZoneInfo(timezone)), style, locale=locale())
    utc = value.astimezone(UTC)
    return Markup('<time datetime="{}" title="{} UTC">{}</time>').format(
        utc.isoformat(timespec="seconds"), f"{utc:%Y-%m-%d %H:%M:%S}", escape(text)
    )


def ago(value: datetime | None, now: datetime, timezone: str = "UTC") -> Markup:
    """12 s ago, 5 min ago, 2 h ago, then the date."""
    if value is None:
        return escape(_("never"))
    gap = now - value
    if gap > timedelta(days=2):
        return instant(value, timezone, "d MMM y")
    seconds = max(int(gap.total_seconds()), 0)
    return Markup('<time datetime="{}" title="{} UTC">{}</time>').format(
        value.astimezone(UTC).isoformat(timespec="seconds"),
        f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        _ago_text(seconds),
    )


def _ago_text(seconds: int) -> str:
    if not seconds:
        return _("now")
    if seconds < 60:  # noqa: PLR2004 - seconds of a minute
        return _("%(count)s s ago", count=seconds)
    if seconds < 3600:  # noqa: PLR2004 - seconds of an hour
        return _("%(count)s min ago", count=seconds // 60)
    if seconds < 86400:  # noqa: PLR2004 - seconds of a day
        return _("%(count)s h ago", count=seconds // 3600)
    return _("%(count)s d ago", count=seconds // 86400)


def span(seconds: int) -> str:
    """45 s, 3 min, 2 h 10 min."""
    minutes, hours = -(-seconds // 60), seconds // 3600
    if seconds < 60:  # noqa: PLR2004 - seconds of a minute
        return _("%(count)s s", count=seconds)
    if hours:
        return _("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes - hours * 60)
    return _("%(count)s min", count=minutes)


def plain(value: Any) -> str:
    """A value for a CSV file: ISO dates, dots in decimals, instants with their offset."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)
