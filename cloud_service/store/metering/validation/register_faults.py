"""Registers whose days could not be made: why, how often it was tried, when it is tried again."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

TRIES_MAX = 6
FIRST_PAUSE = timedelta(minutes=15)  # twice as long after each further try
ERROR_MAX = 500
FAULTS_MAX = 200  # that a list shows at once
NOTE = text(
    """
    INSERT INTO register_fault (register_id, error, tries, first_at, last_at, next_at)
    VALUES (:register, :error, 1, :now, :now, cast(:now AS timestamptz) + :pause)
    ON CONFLICT (register_id) DO UPDATE
       SET error = :error, tries = register_fault.tries + 1, last_at = :now,
           next_at = CASE WHEN register_fault.tries + 1 < :most
                          THEN cast(:now AS timestamptz) + :pause * power(2, register_fault.tries) END
    """
)
CLEAR = text("DELETE FROM register_fault WHERE register_id = ANY(:ids)")
AGAIN = text("UPDATE register_fault SET tries = 0, next_at = first_at WHERE register_id = ANY(:ids)")
OF_METER = text("SELECT id FROM register WHERE meter_id = :meter")
# a virtual meter hangs nowhere: it is of the site of its parts
LIST = text(
    """
    SELECT f.register_id, m.public_id, m.name AS meter, r.name AS register, s.name AS site, s.timezone, f.error,
           f.tries, f.first_at, f.last_at, f.next_at
      FROM register_fault f
      JOIN register r ON r.id = f.register_id
      JOIN meter m ON m.id = r.meter_id
      LEFT JOIN LATERAL (
           SELECT p.site_id
             FROM meter_mount n
             JOIN service_point p ON p.id = n.service_point_id
            WHERE n.meter_id = m.id
               OR n.meter_id IN (SELECT t.meter_id
                                   FROM virtual_meter v
                                  CROSS JOIN jsonb_array_elements(v.terms->'terms') term
                                   JOIN register t ON t.id = (term->>0)::bigint
                                  WHERE v.register_id = r.id)
            ORDER BY n.meter_id = m.id DESC, n.during DESC
            LIMIT 1) place ON true
      LEFT JOIN site s ON s.id = place.site_id
     WHERE (cast(:entities AS bigint[]) IS NULL OR s.legal_entity_id = ANY(:entities))
       AND (cast(:meter AS uuid) IS NULL OR m.public_id = :meter)
     ORDER BY f.next_at IS NOT NULL, f.first_at, f.register_id
     LIMIT :most
    """
)


@dataclass(frozen=True, slots=True)
class RegisterFault:
    """A register that was put aside; without `next_at` it is not tried by itself any more."""

    register_id: int
    public_id: UUID  # of its meter
    meter: str
    register: str
    site: str | None
    timezone: str | None
    error: str
    tries: int
    first_at: datetime
    last_at: datetime
    next_at: datetime | None


def note(session: Session, register_id: int, error: str, now: datetime) -> None:
    """Its days could not be made: the pauses grow, and after some tries a person has to look."""
    values = {"register": register_id, "error": error[:ERROR_MAX], "now": now, "pause": FIRST_PAUSE, "most": TRIES_MAX}
    session.execute(NOTE, values)


def clear(session: Session, register_ids: Iterable[int]) -> None:
    """Their days are made."""
    session.execute(CLEAR, {"ids": list(register_ids)})


def try_again(session: Session, register_ids: Iterable[int]) -> None:
    """Somebody did something about them: they are tried now, and as often as the first time."""
    session.execute(AGAIN, {"ids": list(register_ids)})


def registers_of(session: Session, meter_id: int) -> list[int]:
    """The registers of a meter."""
    return list(session.execute(OF_METER, {"meter": meter_id}).scalars())


def faults(
    session: Session, entity_ids: Collection[int] | None, *, meter: UUID | None = None, most: int = FAULTS_MAX
) -> list[RegisterFault]:
    """What was put aside at the sites of these entities (all: None), first what nobody tries any more."""
    entities = None if entity_ids is None else list(entity_ids)
    rows = session.execute(LIST, {"entities": entities, "meter": meter, "most": most})
    return [RegisterFault(**row) for row in rows.mappings()]
