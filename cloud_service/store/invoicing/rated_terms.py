"""The terms by which contracts are rated on some days, as fingerprints: read at the rating, and again at the issue."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.rating.rated_terms import RatedTerms, digest
from cloud_service.domain.rating.register_readings import MountedRegister
from cloud_service.store.invoicing import billable_contracts
from cloud_service.store.invoicing.billable_contracts import AssignedTariff, BillableContract
from common.period import Span, day_start

VERSIONS = text(
    "SELECT id, hash, lower(during) AS start, upper(during) AS end FROM tariff_version WHERE id = ANY(:ids)"
)


@dataclass(frozen=True, slots=True)
class DatedVersion:
    """A tariff version's hash and days."""

    hash: str
    start: date | None
    end: date | None


@dataclass(frozen=True, slots=True)
class DueContract:
    """A contract and the days for which it was rated."""

    contract_id: int
    span: Span


def dated_versions(session: Session, assignments: Iterable[Sequence[AssignedTariff]]) -> dict[int, DatedVersion]:
    """The versions that some assignments name."""
    ids = sorted({version for group in assignments for each in group for version in each.versions})
    rows = session.execute(VERSIONS, {"ids": ids}) if ids else ()
    return {row.id: DatedVersion(row.hash, row.start, row.end) for row in rows}


def terms_of(
    contract: BillableContract,
    span: Span,
    assignments: Sequence[AssignedTariff],
    mounted: Sequence[MountedRegister],
    versions: Mapping[int, DatedVersion],
) -> RatedTerms:
    """The terms of one contract for a span."""
    bounds = day_start(span.start, contract.timezone), day_start(span.end, contract.timezone)
    return RatedTerms(
        digest(_contract(contract, span)),
        digest(value for each in assignments for value in _assignment(each, span, versions)),
        digest(value for register in mounted if register.touches(*bounds) for value in _mount(register, *bounds)),
    )


def terms_now(session: Session, due: Iterable[DueContract]) -> dict[DueContract, RatedTerms]:
    """The terms as they are now; a contract that does not exist any more has none."""
    ids_by_span: dict[Span, list[int]] = {}
    for each in due:
        ids_by_span.setdefault(each.span, []).append(each.contract_id)
    return {
        DueContract(contract_id, span): terms
        for span, ids in ids_by_span.items()
        for contract_id, terms in _terms_of_span(session, ids, span)
    }


def _terms_of_span(session: Session, ids: Sequence[int], span: Span) -> Iterable[tuple[int, RatedTerms]]:
    contracts = billable_contracts.contracts(session, ids)
    if not contracts:
        return
    zones = {contract.timezone for contract in contracts}
    first, last = min(day_start(span.start, name) for name in zones), max(day_start(span.end, name) for name in zones)
    assignments = billable_contracts.assigned_tariffs(session, ids, span)
    points = [contract.service_point_id for contract in contracts]
    mounted = billable_contracts.mounted_registers(session, points, first, last)
    versions = dated_versions(session, assignments.values())
    for contract in contracts:
        theirs = assignments.get(contract.id, ()), mounted.get(contract.service_point_id, ())
        yield contract.id, terms_of(contract, span, *theirs, versions)


def _contract(contract: BillableContract, span: Span) -> tuple[object, ...]:
    return (
        contract.days_in(span), contract.account_id, contract.entity_id, contract.currency, contract.cycle_day,
        contract.service_point_id, contract.utility, contract.timezone, contract.holiday_calendar,
        *sorted(f"{name}={value}" for name, value in contract.values.items()),
    )  # fmt: skip


def _assignment(assignment: AssignedTariff, span: Span, versions: Mapping[int, DatedVersion]) -> Iterable[object]:
    """A version's days count as far as they are within the span: one that ends later changes nothing of it."""
    yield from (assignment.role, assignment.tariff_id, assignment.span)
    for id_ in assignment.versions:
        version = versions.get(id_)
        if version is not None:
            start, end = max(version.start or span.start, span.start), min(version.end or span.end, span.end)
            yield from (id_, version.hash, start, end)


def _mount(register: MountedRegister, first: datetime, last: datetime) -> Iterable[object]:
    """How a register was mounted within the span; what came before or comes later changes nothing of it."""
    began = register.mounted >= first
    ended = register.dismounted is not None and register.dismounted <= last
    yield from (
        register.register_id, register.name, register.quantity, register.direction, register.unit, register.kind,
        register.digits, format(Decimal(register.multiplier).normalize(), "f"), began and register.mounted.timestamp(),
        began and register.opening,
    )  # fmt: skip
    yield from (ended and register.dismounted and register.dismounted.timestamp(), ended and register.closing)
