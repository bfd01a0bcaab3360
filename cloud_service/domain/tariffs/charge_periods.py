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

    A charge that stays the same across versions stays one piece. Where a tax changes, all lines are cut at that day,
    where a charge over others begins or ends, those it is over: so each part has one rate.
    """
    versions = versions_in(tariff, span)
    cuts = _common_cuts(versions, span)
    found: list[ChargePeriod] = []
    for version in versions:
        days = Span(max(span.start, version.start), min(span.end, version.until))
        _check_priced(version, days)
        for index, charge in enumerate(version.document.charges):
            valid = _valid(charge, days)
            if valid is not None:
                piece = ChargePeriod(charge, index, valid, version, version.title, index)
                if valid.start in cuts:
                    found.append(piece)
                else:
                    _join(found, piece)
    return [part for piece in sorted(found, key=lambda piece: piece.order) for part in _cut(piece, cuts, versions)]


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
        for one in sorted((one for _, one in valid if one is not None), key=lambda one: one.start):
            if one.start <= day:
                day = max(day, one.end)
        if day < days.end:
            raise InputError(
                f"{kind} of register {register!r} has no price on {day}",
                path=f"charges[{valid[-1][0]}].{'until' if version.document.charges[valid[-1][0]].until else 'from'}",
                hint="add the price that follows, or a price of 0 if it is free",
                code="no_price",
            )


# -- charges that stay the same ----------------------------------------------------------------------------------------


def _join(found: list[ChargePeriod], piece: ChargePeriod) -> None:
    """Put a piece after the one it continues unchanged, or at the end."""
    for place, before in enumerate(found):
        if before.span.end == piece.span.start and _same_terms(before, piece) and not _parted(before, piece):
            same = before.version is piece.version
            title = before.title if same else f"{before.title}, unchanged in {piece.title}"
            days, order = Span(before.span.start, piece.span.end), max(before.order, piece.order)
            found[place] = replace(piece, span=days, title=title, order=order)
            return
    found.append(piece)


def _same_terms(one: ChargePeriod, other: ChargePeriod) -> bool:
    return _undated(one.charge) == _undated(other.charge) and _behind(one) == _behind(other)


def _parted(one: ChargePeriod, other: ChargePeriod) -> bool:
    """Whether a charge over others stands between two of one version: it is over the first alone."""
    between = sorted((one.index, other.index))
    return one.version is other.version and any(
        charge.over() for charge in one.version.document.charges[slice(*between)]
    )


def _undated(charge: Charge) -> Charge:
    return msgspec.structs.replace(charge, start=None, until=None)


def _behind(period: ChargePeriod) -> list[object]:
    """What a charge takes from the rest of its document: schedules, conversions and units of registers."""
    charge, references = period.charge, period.version.references
    schedule = getattr(charge, "schedule", "")
    names = reads(charge)
    return [
        references.schedules.get(schedule) if schedule else references.schedules,
        [references.conversions.get(name) for name in names],
        [references.registers.get(name) for name in names],
    ]


def reads(charge: Charge) -> list[str]:
    """The registers and converted quantities that a charge counts."""
    netting = getattr(charge, "netting", None)
    names = [getattr(charge, field, "") for field in ("register", "active", "reactive")]
    return [*names, netting.against if netting is not None else ""]


# -- days at which lines are cut ---------------------------------------------------------------------------------------


def _cut(piece: ChargePeriod, cuts: set[date], versions: Sequence[Version]) -> list[ChargePeriod]:
    """The parts of a piece: cut where all lines are, and where something changes that only this charge depends on."""
    made = (piece.version.references.conversions.get(name) for name in reads(piece.charge))
    dated: list[Dated] = [factor for one in made if one is not None for factor in one.factors]
    dated += [charge for version in versions for charge in _over(piece.charge, version.document.charges)]
    days = cuts | {edge for one in dated for edge in (one.start, one.until) if edge is not None}
    edges = [piece.span.start, *sorted(day for day in days if piece.span.start < day < piece.span.end), piece.span.end]
    return [replace(piece, span=Span(first, last)) for first, last in itertools.pairwise(edges)]


def _over(charge: Charge, charges: Sequence[Charge]) -> list[Charge]:
    """The charges that are over the lines of one, or over those that are."""
    if not any(other.over() for other in charges):
        return []
    found: list[Charge] = []
    for other in charges:
        if not found:
            found += [other] if _undated(other) == _undated(charge) else []
        elif "*" in other.over() or any(name in other.over() for one in found for name in (one.id, one.kind)):
            found.append(other)
    return found[1:]


def _common_cuts(versions: Sequence[Version], span: Span) -> set[date]:
    """Days at which every line must be cut: a tax changes there, or a version what is over others."""
    cuts: set[date] = set()
    for version in versions:
        document = version.document
        cuts |= taxation.cuts(document.taxes, span)
    for before, after in itertools.pairwise(versions):
        if _unlike(before.document, after.document):
            cuts.add(after.start)
    return {cut for cut in cuts if span.start < cut < span.end}


def _unlike(before: Document, after: Document) -> bool:
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
