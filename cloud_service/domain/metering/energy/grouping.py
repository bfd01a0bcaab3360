"""Registers' windows under what they are looked at by: their site, the client supplied, the meter, the utility."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from cloud_service.domain.metering.energy.counted_registers import Measure, PlacedRegister
from cloud_service.domain.metering.energy.feeding import Place
from cloud_service.domain.metering.energy.windows import RegisterWindow, register_window
from common.period import Span


class GroupBy(StrEnum):
    """What energy is looked at by."""

    SITE = "site"
    CLIENT = "client"
    METER = "meter"
    UTILITY = "utility"


@dataclass(frozen=True, slots=True)
class Tenancy:
    """The days on which a client is supplied at a service point."""

    point_id: int
    start: date
    end: date | None
    client_public_id: str
    client_number: str
    client: str


@dataclass(frozen=True, slots=True)
class Group:
    """A site, client, meter or utility: `id` is of its page; a meter also has its place and who was there last."""

    id: str
    name: str
    place: str = ""
    site: str = ""
    tenant: str = ""


@dataclass(frozen=True, slots=True)
class Placement:
    """A register's window under its group; a client of nobody has no id."""

    group: Group
    window: RegisterWindow

    @property
    def measure(self) -> Measure:
        """What it measures."""
        return self.window.register.measure

    @property
    def place(self) -> Place:
        """Where, and in which unit."""
        register = self.window.register
        return register.point_id, register.utility, register.unit


VACANT = Group("", "")


def placements(
    by: GroupBy,
    registers: Iterable[PlacedRegister],
    tenancies: Mapping[int, Sequence[Tenancy]],
    span: Span,
    *,
    client: str = "",
) -> list[Placement]:
    """Where each register counts on the days of a span; a flat's meter goes with its contracts, day by day.

    With a client only the days on which it was supplied.
    """
    placed: list[Placement] = []
    for register in registers:
        there = tenancies.get(register.point_id, ())
        if by == GroupBy.CLIENT or client:
            of_clients = _by_client(register, there, span)
            placed += [
                placement if by == GroupBy.CLIENT else Placement(_group(by, register, there, span), placement.window)
                for placement in of_clients
                if client in ("", placement.group.id)
            ]
        elif window := register_window(register, span):
            placed.append(Placement(_group(by, register, there, span), window))
    return placed


def _group(by: GroupBy, register: PlacedRegister, tenancies: Sequence[Tenancy], span: Span) -> Group:
    if by == GroupBy.SITE:
        return Group(register.site_public_id, register.site)
    if by == GroupBy.UTILITY:
        return Group(register.utility, register.utility)
    tenant = next((tenancy.client for tenancy in reversed(tenancies) if _days_of(tenancy, span)), "")
    return Group(register.meter_public_id, register.meter, register.point, register.site, tenant)


def _by_client(register: PlacedRegister, tenancies: Sequence[Tenancy], span: Span) -> list[Placement]:
    """The parts of a span that each client has, and those that nobody has."""
    placed: list[Placement] = []
    day = span.start
    for tenancy in tenancies:
        days = _days_of(tenancy, span)
        if not days:
            continue
        placed += _placement(VACANT, register, day, days.start)
        placed += _placement(Group(tenancy.client_public_id, tenancy.client), register, days.start, days.end)
        day = days.end
    return placed + _placement(VACANT, register, day, span.end)


def _placement(group: Group, register: PlacedRegister, start: date, end: date) -> list[Placement]:
    window = register_window(register, Span(start, end)) if start < end else None
    return [Placement(group, window)] if window else []


def _days_of(tenancy: Tenancy, span: Span) -> Span | None:
    end = tenancy.end or span.end + timedelta(days=1)
    return span.overlap(Span(tenancy.start, end)) if tenancy.start < end else None
