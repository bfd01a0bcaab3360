"""Where contracts end and what follows them at a service point: their days as they are moved or taken back."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class FollowingContract:
    """The contract before or after at a service point; `vacancy` if it is the owner's."""

    id: int
    number: str
    service_point_id: int
    start: date
    end: date | None
    vacancy: bool


@dataclass(frozen=True, slots=True)
class BilledDays:
    """A live invoice of a contract and the day after its last."""

    number: str
    end: date


FOLLOWING = text("""
SELECT c.id, c.number, c.service_point_id, lower(c.during) AS start, upper(c.during) AS end,
       c.vacancy
  FROM contract c
 WHERE c.service_point_id = :point AND lower(c.during) >= :day
 ORDER BY lower(c.during)
 LIMIT 1
""")
PRECEDING = text("""
SELECT c.id, c.number, c.service_point_id, lower(c.during) AS start, upper(c.during) AS end,
       c.vacancy
  FROM contract c
 WHERE c.service_point_id = :point AND upper(c.during) <= :day
 ORDER BY upper(c.during) DESC
 LIMIT 1
""")
BILL_AFTER = text("""
SELECT i.number, upper(s.during) AS end
  FROM invoice_span s
  JOIN invoice i ON i.id = s.invoice_id
 WHERE s.contract_id = :id AND NOT s.credited AND s.during && daterange(:day, :until)
 ORDER BY upper(s.during) DESC
 LIMIT 1
""")
NUMBERS_LIKE = text("SELECT number FROM contract WHERE number = :number OR number LIKE :number || '-%'")
END = text("UPDATE contract SET during = daterange(lower(during), :day) WHERE id = :id")
FOLLOW_END = text("""
UPDATE tariff_assignment SET during = daterange(lower(during), :day)
 WHERE contract_id = :id AND upper(during) = :before
""")
MOVE_START = text("UPDATE contract SET during = daterange(:day, upper(during)) WHERE id = :id")
MOVE_ASSIGNMENT = text("""
UPDATE tariff_assignment SET during = daterange(:day, upper(during))
 WHERE contract_id = :id AND (lower(during) = :before OR during @> cast(:day AS date))
""")
DROP_BEFORE = text("DELETE FROM tariff_assignment WHERE contract_id = :id AND upper(during) <= :day")
NAMED = text("""
SELECT EXISTS (SELECT 1 FROM invoice_span WHERE contract_id = :id)
    OR EXISTS (SELECT 1 FROM pending_line WHERE contract_id = :id)
    OR EXISTS (SELECT 1 FROM billing_item WHERE contract_id = :id)
    OR EXISTS (SELECT 1 FROM waived_span WHERE contract_id = :id)
    OR EXISTS (SELECT 1 FROM advance_bill WHERE contract_id = :id)
""")
ADVANCE = text("""
SELECT i.number, upper(b.during) AS end
  FROM advance_bill b
  JOIN invoice i ON i.id = b.invoice_id
 WHERE b.contract_id = :id AND NOT b.credited
 ORDER BY upper(b.during) DESC
 LIMIT 1
""")
EMPTY = text("UPDATE contract SET during = 'empty' WHERE id = :id")
DROP_ALL_ASSIGNMENTS = text("DELETE FROM tariff_assignment WHERE contract_id = :id")
DROP = text("DELETE FROM contract WHERE id = :id")


def end_contract(session: Session, contract_id: int, day: date | None) -> None:
    """Its last day is the one before; None: it lasts."""
    session.execute(END, {"id": contract_id, "day": day})


def follow_end(session: Session, contract_id: int, before: date | None, day: date | None) -> None:
    """A tariff that was agreed up to the old end counts up to the new one."""
    session.execute(FOLLOW_END, {"id": contract_id, "before": before, "day": day})


def move_start(session: Session, contract_id: int, before: date, day: date) -> None:
    """The contract and the tariff of its first day begin on another day."""
    session.execute(MOVE_START, {"id": contract_id, "day": day})
    session.execute(DROP_BEFORE, {"id": contract_id, "day": day})
    session.execute(MOVE_ASSIGNMENT, {"id": contract_id, "before": before, "day": day})


def take_back(session: Session, contract_id: int) -> None:
    """A contract that never was; where a bill or a run names it, its row stays without a day."""
    session.execute(DROP_ALL_ASSIGNMENTS, {"id": contract_id})
    is_referenced = session.execute(NAMED, {"id": contract_id}).scalar_one()
    session.execute(EMPTY if is_referenced else DROP, {"id": contract_id})


def following_contract(session: Session, point_id: int, day: date) -> FollowingContract | None:
    """The next contract at a service point that begins on a day or later."""
    row = session.execute(FOLLOWING, {"point": point_id, "day": day}).mappings().one_or_none()
    return FollowingContract(**row) if row else None


def preceding_contract(session: Session, point_id: int, day: date) -> FollowingContract | None:
    """The last contract at a service point that ended on a day or before."""
    row = session.execute(PRECEDING, {"point": point_id, "day": day}).mappings().one_or_none()
    return FollowingContract(**row) if row else None


def bill_after(session: Session, contract_id: int, day: date, until: date | None) -> BilledDays | None:
    """The last live invoice of days from `day` up to `until`."""
    values = {"id": contract_id, "day": day, "until": until}
    row = session.execute(BILL_AFTER, values).mappings().one_or_none()
    return BilledDays(**row) if row else None


def last_advance(session: Session, contract_id: int) -> BilledDays | None:
    """The last live bill in advance of a contract."""
    row = session.execute(ADVANCE, {"id": contract_id}).mappings().one_or_none()
    return BilledDays(**row) if row else None


def free_number(session: Session, number: str) -> str:
    """The number, or where another contract has it, the first with a counter behind that is free."""
    taken = {row.number for row in session.execute(NUMBERS_LIKE, {"number": number})}
    candidates = (number, *(f"{number}-{counter}" for counter in range(2, len(taken) + 3)))
    return next(candidate for candidate in candidates if candidate not in taken)
