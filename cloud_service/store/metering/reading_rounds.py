"""A site's meters as somebody walks past them, what was read last, and what a round leaves behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

# registers that a gateway has not sent lately; the walking order lies with the service point
STOPS = text("""
SELECT r.id AS register_id, t.name AS meter, t.serial, r.name AS register, r.unit, p.id AS point_id, p.name AS point,
       p.utility, coalesce(c.name, '') AS tenant, v.cause, v.at AS visited_at
  FROM service_point p
  JOIN meter_mount m ON m.service_point_id = p.id AND m.during @> cast(:now AS timestamptz)
  JOIN meter t ON t.id = m.meter_id
  JOIN register r ON r.meter_id = t.id AND r.billed AND r.kind = 'index'
  LEFT JOIN contract k ON k.service_point_id = p.id AND k.during @> cast(:today AS date)
  LEFT JOIN account a ON a.id = k.account_id
  LEFT JOIN client c ON c.id = a.client_id
  LEFT JOIN LATERAL (SELECT cause, at FROM unread_visit WHERE register_id = r.id ORDER BY at DESC LIMIT 1) v ON true
 WHERE p.site_id = :site
   AND NOT EXISTS (SELECT 1 FROM reading g WHERE g.register_id = r.id AND g.source > 0
                      AND g.at > cast(:now AS timestamptz) - interval '7 days')
 ORDER BY (p.settings->>'walk')::int NULLS LAST, p.name, t.name, r.id
""")
PLACE = text("""
UPDATE service_point SET settings = settings || jsonb_build_object('walk', w.place)
  FROM (SELECT * FROM unnest(cast(:points AS bigint[])) WITH ORDINALITY) AS w(id, place)
 WHERE service_point.id = w.id AND service_point.site_id = :site
""")
NOTE_OF_KEY = text("SELECT id FROM reading_note WHERE client_key = :key")
ADD_PHOTO = text("INSERT INTO reading_photo (note_id, media_type, content) VALUES (:note, :media_type, :content)")
PHOTO = text("""
SELECT f.media_type, f.content FROM reading_photo f
  JOIN reading r ON r.source = 0 AND r.sequence = f.note_id AND r.register_id = ANY(:registers)
 WHERE f.note_id = :note LIMIT 1
""")
ADD_VISIT = text("""
INSERT INTO unread_visit (register_id, cause, author, client_key, at) VALUES (:register, :cause, :author, :key, :at)
    ON CONFLICT (client_key) DO NOTHING
""")


@dataclass(frozen=True, slots=True)
class RoundStop:
    """A register to be read on a round; `cause` and `visited_at` are of the last visit that read nothing."""

    register_id: int
    meter: str
    serial: str
    register: str
    unit: str
    point_id: int
    point: str
    utility: str
    tenant: str
    cause: str | None
    visited_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReadingPhotoFile:
    """A picture with its type."""

    media_type: str
    content: bytes


def stops(session: Session, site_id: int, now: datetime, today: object) -> list[RoundStop]:
    """The registers of a site that people read, in walking order."""
    rows = session.execute(STOPS, {"site": site_id, "now": now, "today": today}).mappings()
    return [RoundStop(**row) for row in rows]


def remember_order(session: Session, site_id: int, points: Sequence[int]) -> None:
    """The service points in the order in which they are walked past."""
    session.execute(PLACE, {"site": site_id, "points": list(points)})


def note_of_key(session: Session, key: UUID) -> int | None:
    """The entry that was sent under this key before."""
    note: int | None = session.execute(NOTE_OF_KEY, {"key": key}).scalar_one_or_none()
    return note


def add_photo(session: Session, note: int, photo: ReadingPhotoFile) -> None:
    """Keep the picture of a reading."""
    session.execute(ADD_PHOTO, {"note": note, "media_type": photo.media_type, "content": photo.content})


def photo_of(session: Session, note: int, registers: Sequence[int]) -> ReadingPhotoFile | None:
    """The picture of a reading of one of these registers."""
    row = session.execute(PHOTO, {"note": note, "registers": list(registers)}).mappings().one_or_none()
    return None if row is None else ReadingPhotoFile(row["media_type"], bytes(row["content"]))


def add_visit(session: Session, register: int, cause: str, *, author: str, key: UUID, at: datetime) -> None:
    """Somebody was there and read nothing; the same key once more changes nothing."""
    session.execute(ADD_VISIT, {"register": register, "cause": cause, "author": author, "key": key, "at": at})
