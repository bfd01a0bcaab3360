"""Virtual meters: registers that are sums and differences of others, made again whenever a part of them was."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.metering.vee.series import RegisterDay
from cloud_service.domain.metering.vee.virtual import VirtualTerm, virtual_day
from cloud_service.store.database.each_alone import each_alone
from cloud_service.store.database.errors import fault_of
from cloud_service.store.metering.interval_days import store_days

DEPTH_MAX = 8  # virtual meters of virtual meters; a ring would never end
AFFECTED = text("""
SELECT DISTINCT v.register_id, n.day FROM virtual_meter v
 JOIN unnest(cast(:ids AS bigint[]), cast(:days AS date[])) AS n(register_id, day) ON v.during @> n.day
 WHERE EXISTS (SELECT 1 FROM jsonb_array_elements(v.terms->'terms') AS t WHERE (t->>0)::bigint = n.register_id)
""")
AMONG = text("SELECT register_id FROM virtual_meter WHERE register_id = ANY(:ids)")
TERMS = text("SELECT register_id, terms FROM virtual_meter WHERE register_id = ANY(:ids)")
PARTS = text("""
SELECT register_id, day, step_s, "values", qualities FROM interval_day
 WHERE register_id = ANY(:ids) AND day = ANY(:days)
""")


@dataclass(frozen=True, slots=True)
class RemadeDays:
    """The virtual registers whose days were made again, and the days that could not be, with why."""

    registers: set[int] = field(default_factory=set)
    faults: dict[tuple[int, date], str] = field(default_factory=dict)


def among(session: Session, register_ids: Iterable[int]) -> set[int]:
    """Those that are virtual."""
    return set(session.execute(AMONG, {"ids": list(register_ids)}).scalars())


def remake_virtual_days(
    session: Session, changed: Sequence[tuple[int, date]], requested: Sequence[tuple[int, date]] = ()
) -> RemadeDays:
    """Make the virtual days that changed days are part of, and those `requested`; one that raises stops no other."""
    remade = RemadeDays()
    affected = [*requested, *_affected(session, changed)]
    for _ in range(DEPTH_MAX):
        if not affected:
            break
        remade_days = _make(session, sorted(set(affected)), remade.faults)
        remade.registers.update(register for register, _day in remade_days)
        affected = _affected(session, remade_days)
    return remade


def _affected(session: Session, changed: Sequence[tuple[int, date]]) -> list[tuple[int, date]]:
    """The virtual days that these are part of."""
    values = {"ids": [register for register, _ in changed], "days": [day for _, day in changed]}
    return [(row.register_id, row.day) for row in session.execute(AFFECTED, values)] if changed else []


def _make(
    session: Session, affected: Sequence[tuple[int, date]], faults: dict[tuple[int, date], str]
) -> list[tuple[int, date]]:
    terms = {
        row.register_id: [VirtualTerm(int(register_id), str(factor)) for register_id, factor in row.terms["terms"]]
        for row in session.execute(TERMS, {"ids": [register for register, _ in affected]})
    }
    ids = sorted({term.register_id for many in terms.values() for term in many})
    rows = session.execute(PARTS, {"ids": ids, "days": sorted({day for _, day in affected})})
    steps_by_day = {(row.register_id, row.day): (row.step_s, bytes(row.values), bytes(row.qualities)) for row in rows}
    days = []
    for register, day in affected:
        try:
            virtual = virtual_day(register, day, terms[register], steps_by_day)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is of this one day
            faults[register, day] = f"{day}: {fault_of(error)}"
        else:
            days += [virtual] if virtual else []
    return each_alone(
        session, days,
        work=lambda some: _stored(session, some),
        put_aside=lambda day, error: faults.update({(day.register_id, day.day): fault_of(error)}) or [],
    )  # fmt: skip


def _stored(session: Session, days: Sequence[RegisterDay]) -> list[tuple[int, date]]:
    store_days(session, days)
    return [(day.register_id, day.day) for day in days]
