"""Who had the flats of a cost split on which days: its members, the owner's contracts for empty days, or nobody.

A member counts on the days of the contract only. What is left of a flat's days is the owner's: the contract for empty
days takes it where one runs, else no bill does, and the reason says who lived there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from cloud_service.domain.invoicing.cost_allocation import CostMember
from common.errors import InputError
from common.period import Span


@dataclass(frozen=True, slots=True)
class PlacedContract:
    """A contract at its service point; one that was taken back has no day and no start."""

    id: int
    number: str
    point_id: int
    place: str
    start: date | None
    end: date | None  # the day after the last; None while it lasts
    vacancy: bool
    currency: str

    def days_in(self, span: Span) -> Span | None:
        """The days of a span on which it runs."""
        return None if self.start is None else Span(self.start, self.end or date.max).overlap(span)


@dataclass(frozen=True, slots=True)
class Stay:
    """Some days of a flat: whose they are (no contract: the owner's), and what the flat is measured by."""

    contract: PlacedContract | None
    point_id: int
    place: str
    span: Span
    member: CostMember
    note: str = ""  # why they are the owner's
    used: Decimal | None = None  # what its meters counted, where a component shares by it
    unit: str = ""

    @property
    def number(self) -> str:
        """The number of the contract, or nothing."""
        return self.contract.number if self.contract else ""

    @property
    def title(self) -> str:
        """The days in the text of a refusal."""
        return f"{self.number or 'the owner'} ({self.place}, {self.span.start} to {self.span.end})"


def stays_of(
    members: Sequence[tuple[CostMember, PlacedContract]], others: Iterable[PlacedContract], span: Span
) -> list[Stay]:
    """Every day of the members' flats once, in the order of the members; `others` are contracts at the same points."""
    if not any(contract.days_in(span) for _, contract in members):
        raise InputError(
            f"no member's contract runs between {span.start} and {span.end}", path="members",
            hint="name those who lived there then",
        )  # fmt: skip
    flats: dict[int, list[tuple[CostMember, PlacedContract]]] = {}
    for member, contract in members:
        flats.setdefault(contract.point_id, []).append((member, contract))
    neighbours = list(others)
    return [
        stay
        for point_id, here in flats.items()
        for stay in _of_flat(here, [other for other in neighbours if other.point_id == point_id], span)
    ]


def _of_flat(
    here: Sequence[tuple[CostMember, PlacedContract]], others: Sequence[PlacedContract], span: Span
) -> list[Stay]:
    """The members' days, then those between them."""
    here = sorted(here, key=lambda pair: pair[1].start or date.max)
    lived = [
        Stay(contract, contract.point_id, contract.place, days, member)
        for member, contract in here
        if (days := contract.days_in(span)) is not None
    ]
    empty = []
    for gap in _gaps([stay.span for stay in lived], span):
        earlier = [pair for pair in here if (pair[1].start or date.max) <= gap.start]
        member, contract = earlier[-1] if earlier else here[0]
        empty += _empty(Stay(None, contract.point_id, contract.place, gap, member), others)
    return lived + empty


def _empty(rest: Stay, others: Sequence[PlacedContract]) -> list[Stay]:
    """Days without a member: the owner's contract has them where it runs; the others say who lived there."""
    owners = [
        replace(rest, contract=other, span=days, note="nobody lived there")
        for other in others
        if other.vacancy and (days := other.days_in(rest.span)) is not None
    ]
    tenants = [other for other in others if not other.vacancy]
    return owners + [
        replace(rest, span=gap, note=_note(gap, tenants)) for gap in _gaps([stay.span for stay in owners], rest.span)
    ]


def _note(gap: Span, tenants: Sequence[PlacedContract]) -> str:
    numbers = [tenant.number for tenant in tenants if tenant.days_in(gap) is not None]
    return f"{', '.join(numbers)} lived there and takes no part" if numbers else "nobody lived there"


def _gaps(covered: Iterable[Span], span: Span) -> list[Span]:
    """The days of a span that lie in none of the others."""
    gaps, day = [], span.start
    for other in sorted(covered, key=lambda other: other.start):
        if other.start > day:
            gaps.append(Span(day, other.start))
        day = max(day, other.end)
    return [*gaps, Span(day, span.end)] if day < span.end else gaps
