"""Which charge of which tariff version is valid on which days of a billing span."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import msgspec

from cloud_service.domain.calendar.validity import Dated
from cloud_service.domain.pricing import tax as taxation
from cloud_service.domain.pricing.charge import Charge
from cloud_service.domain.tariffs.document import Document
from cloud_service.domain.tariffs.tariff import Tariff, Version
from common.errors import InputError
from common.period import Span

SAME_THING = {"spot": "energy"}  # two kinds of price for what a register counted


@dataclass(frozen=True, slots=True)
class ChargePeriod:
    """One charge on the days it is valid; `index` is its place in its version, `order` the last one in any."""

    charge: Charge
    index: int
    span: Span
    version: Version
    title: str
    order: int

    @property
    def path(self) -> str:
        """The charge's place in the document."""
        return f"charges[{self.index}]"


def charge_periods(tariff: Tariff, span: Span) -> list[ChargePeriod]:
    """The charges of all versions on the days of a span, in the order of the documents.

    A charge that stays the same across versions stays one period. Where a tax changes, all lines are cut at that day,
    where a charge over others begins or ends, those it is over: so each period has one rate.
    """
    versions = versions_in(tariff, span)
    cuts = _common_cuts(versions, span)
    periods: list[ChargePeriod] = []
    for version in versions:
        days = Span(max(span.start, version.start), min(span.end, version.until))
        _check_priced(version, days)
        for index, charge in enumerate(version.document.charges):
            valid = _valid(charge, days)
            if valid is not None:
                period = ChargePeriod(charge, index, valid, version, version.title, index)
                if valid.start in cuts:
                    periods.append(period)
                else:
                    _join(periods, period)
    periods.sort(key=lambda period: period.order)
    return [cut for period in periods for cut in _cut(period, cuts, versions)]


def versions_in(tariff: Tariff, span: Span) -> list[Version]:
    """The versions that are valid in a span; a day without one is refused."""
    inside = [version for version in tariff.versions if version.start < span.end and span.start < version.until]
    day = span.start
    for version in inside:
        if version.start > day:
            break
        day = version.until
    if day < span.end:
        raise InputError(f"no version of tariff {tariff.id} is valid on {day}", path="from", code="no_version")
    return inside


def _valid(charge: Charge, days: Span) -> Span | None:
    start, end = max(charge.start or days.start, days.start), min(charge.until or days.end, days.end)
    return Span(start, end) if start < end else None


def _check_priced(version: Version, days: Span) -> None:
    """What a version prices has a price on each of its days: a price that ran out would silently be nothing."""
    spans: dict[tuple[str, str], list[tuple[int, Span | None]]] = {}
    for index, charge in enumerate(version.document.charges):
        register = getattr(charge, "register", "")
        kind = charge.kind
        if register:
            spans.setdefault((SAME_THING.get(kind, kind), register), []).append((index, _valid(charge, days)))
    for (kind, register), valid in spans.items():
        day = days.start
        for span in sorted((span for _, span in valid if span is not None), key=lambda span: span.start):
            if span.start <= day:
                day = max(day, span.end)
        if day < days.end:
            raise InputError(
                f"{kind} of register {register!r} has no price on {day}",
                path=f"charges[{valid[-1][0]}].{'until' if version.document.charges[valid[-1][0]].until else 'from'}",
                hint="add the price that follows, or a price of 0 if it is free",
                code="no_price",
            )


# -- charges that stay the same ----------------------------------------------------------------------------------------


def _join(periods: list[ChargePeriod], period: ChargePeriod) -> None:
    """Put a period after the one it continues unchanged, or at the end."""
    for place, before in enumerate(periods):
        if (
            before.span.end == period.span.start
            and _same_terms(before, period)
            and not _over_first_alone(before, period)
        ):
            same = before.version is period.version
            title = before.title if same else f"{before.title}, unchanged in {period.title}"
            days, order = Span(before.span.start, period.span.end), max(before.order, period.order)
            periods[place] = replace(period, span=days, title=title, order=order)
            return
    periods.append(period)


def _same_terms(before: ChargePeriod, after: ChargePeriod) -> bool:
    return _undated(before.charge) == _undated(after.charge) and _references_of(before) == _references_of(after)


def _over_first_alone(before: ChargePeriod, after: ChargePeriod) -> bool:
    """Whether a charge over others stands between two of one version: it is over the first alone."""
    between = sorted((before.index, after.index))
    return before.version is after.version and any(
        charge.over() for charge in before.version.document.charges[slice(*between)]
    )


def _undated(charge: Charge) -> Charge:
    return msgspec.structs.replace(charge, start=None, until=None)


def _references_of(period: ChargePeriod) -> list[object]:
    """What a charge takes from the rest of its document: schedules, conversions and units of registers."""
    charge, references = period.charge, period.version.references
    schedule = getattr(charge, "schedule", "")
    names = registers_of(charge)
    return [
        references.schedules.get(schedule) if schedule else references.schedules,
        [references.conversions.get(name) for name in names],
        [references.registers.get(name) for name in names],
    ]


def registers_of(charge: Charge) -> list[str]:
    """The registers and converted quantities that a charge counts."""
    netting = getattr(charge, "netting", None)
    names = [getattr(charge, field, "") for field in ("register", "active", "reactive")]
    return [*names, netting.against if netting is not None else ""]


# -- days at which lines are cut ---------------------------------------------------------------------------------------


def _cut(period: ChargePeriod, cuts: set[date], versions: Sequence[Version]) -> list[ChargePeriod]:
    """A period cut where all lines are, and where something changes that only this charge depends on."""
    start, end = period.span.start, period.span.end
    conversions = (period.version.references.conversions.get(name) for name in registers_of(period.charge))
    dated: list[Dated] = [factor for converted in conversions if converted is not None for factor in converted.factors]
    dated += [charge for version in versions for charge in _charges_over(period.charge, version.document.charges)]
    days = cuts | {edge for entry in dated for edge in (entry.start, entry.until) if edge is not None}
    edges = [start, *sorted(day for day in days if start < day < end), end]
    return [replace(period, span=Span(first, last)) for first, last in itertools.pairwise(edges)]


def _charges_over(charge: Charge, charges: Sequence[Charge]) -> list[Charge]:
    """The charges that are over the lines of one, or over those that are."""
    if not any(other.over() for other in charges):
        return []
    chain: list[Charge] = []  # the charge itself, then those over it
    for other in charges:
        if not chain:
            chain += [other] if _undated(other) == _undated(charge) else []
        elif "*" in other.over() or any(name in other.over() for below in chain for name in (below.id, below.kind)):
            chain.append(other)
    return chain[1:]


def _common_cuts(versions: Sequence[Version], span: Span) -> set[date]:
    """Days at which every line must be cut: a tax changes there, or a version what is over others."""
    cuts: set[date] = set()
    for version in versions:
        document = version.document
        cuts |= taxation.rate_changes(document.taxes, span)
    for before, after in itertools.pairwise(versions):
        if _differ_beyond_prices(before.document, after.document):
            cuts.add(after.start)
    return {cut for cut in cuts if span.start < cut < span.end}


def _differ_beyond_prices(before: Document, after: Document) -> bool:
    """Whether two versions differ in what is not the price of a single charge."""
    return (
        before.taxes != after.taxes
        or before.rounding != after.rounding
        or _over_others(before.charges) != _over_others(after.charges)
    )


def _over_others(charges: Sequence[Charge]) -> list[object]:
    """The charges over others as they are, with the names of those they may be over."""
    last = max((index for index, charge in enumerate(charges) if charge.over()), default=-1)
    return [_undated(charge) if charge.over() else (charge.id, charge.kind) for charge in charges[: last + 1]]
