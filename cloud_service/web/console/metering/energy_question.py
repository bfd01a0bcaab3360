"""What the address of the energy page asks for: every filter, the span and the order lie in it."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from flask import request

from cloud_service.domain.metering.energy.grouping import GroupBy
from cloud_service.domain.metering.energy.report import EnergyRow
from cloud_service.domain.metering.energy.spans import SpanName, named_span
from cloud_service.flow.metering.energy_report import EnergyQuestion
from cloud_service.store.metering.energy.placed_registers import PlaceFilter
from cloud_service.web.forms import parse_day
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l
from common.errors import InputError
from common.period import Span

ONE_DAY = timedelta(days=1)
PAGE_ROWS = 50
SPAN_LABELS = {
    SpanName.TODAY: _l("Today"),
    SpanName.YESTERDAY: _l("Yesterday"),
    SpanName.WEEK: _l("This week"),
    SpanName.LAST_WEEK: _l("Last week"),
    SpanName.MONTH: _l("This month"),
    SpanName.LAST_MONTH: _l("Last month"),
    SpanName.QUARTER: _l("This quarter"),
    SpanName.LAST_QUARTER: _l("Last quarter"),
    SpanName.YEAR: _l("This year"),
    SpanName.LAST_YEAR: _l("Last year"),
}
GROUP_LABELS = {
    GroupBy.SITE: _l("Site"),
    GroupBy.CLIENT: _l("Client"),
    GroupBy.METER: _l("Meter"),
    GroupBy.UTILITY: _l("Utility"),
}
QUALITY_LABELS = {"": _l("All"), "estimated": _l("With estimates"), "gaps": _l("With gaps")}


@dataclass(frozen=True, slots=True)
class EnergyAddress:
    """The question, and how its rows are looked at."""

    question: EnergyQuestion
    span_name: str  # empty: two days of one's own
    quality: str
    text: str
    sort: str
    descending: bool
    page: int

    @property
    def last_day(self) -> date:
        """The last day of the span."""
        return self.question.span.end - ONE_DAY


def energy_address(today: date, by: str = GroupBy.SITE) -> EnergyAddress:
    """What the present address asks for; InputError where a day or a filter cannot be read."""
    args = request.args
    span_name = _span_name()
    span = named_span(span_name, today) if span_name else _typed_span()
    by = args.get("by", by)
    if by not in tuple(GroupBy):
        raise InputError(_("energy is not looked at by %(by)s", by=by), path="by", hint=", ".join(GroupBy))
    places = PlaceFilter(args.get("site", ""), args.get("utility", ""), args.get("meter", ""), args.get("client", ""))
    sort = args.get("sort", "change")
    page = args.get("page", "1")
    return EnergyAddress(
        EnergyQuestion(GroupBy(by), span, places),
        span_name,
        args.get("quality", ""),
        args.get("q", "").strip(),
        sort,
        args.get("dir", "asc" if sort == "name" else "desc") == "desc",
        int(page) if page.isdecimal() and 0 < int(page) < 10**6 else 1,
    )


def _span_name() -> str:
    """The name of the span; empty for two typed days. A name chosen anew goes before days that are still typed."""
    args = request.args
    if not args.get("from"):
        return args.get("span") or SpanName.MONTH
    chosen_anew = args.get("span") and args.get("span") != args.get("was", args.get("span"))
    return args["span"] if chosen_anew else ""


def _typed_span() -> Span:
    first = parse_day(request.args["from"], "from")
    last = parse_day(request.args.get("to") or first.isoformat(), "to")
    if last < first:
        raise InputError(_("the last day lies before the first one"), path="to")
    return Span(first, last + ONE_DAY)


def chosen_rows(rows: tuple[EnergyRow, ...], address: EnergyAddress) -> list[EnergyRow]:
    """The rows that fit the filters, in their order."""
    text = address.text.casefold()
    rows_left = [
        row
        for row in rows
        if text in f"{row.group.name} {row.group.tenant} {row.group.place} {row.group.site}".casefold()
        and (address.quality != "estimated" or row.now.estimated)
        and (address.quality != "gaps" or row.gaps)
    ]
    if address.sort == "name":
        return sorted(rows_left, key=lambda row: row.group.name.casefold(), reverse=address.descending)
    if address.sort == "energy":
        return sorted(rows_left, key=lambda row: row.now.energy, reverse=address.descending)
    return sorted(rows_left, key=_largest_change, reverse=address.descending)


def _largest_change(row: EnergyRow) -> tuple[Decimal, Decimal]:
    """By the difference to the span before in percent, up or down; then by energy."""
    percent = row.before.percent if row.before else None
    return (abs(percent) if percent is not None else Decimal(-1), row.now.energy)
