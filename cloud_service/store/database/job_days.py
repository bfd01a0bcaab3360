"""What jobs did on which day for a company: a day's work is done once, however often it is tried."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

BEGIN = text(
    """
    INSERT INTO job_day (legal_entity_id, job, day, at)
    VALUES (:entity, :job, :day, :at)
    ON CONFLICT (legal_entity_id, job, day) DO UPDATE SET error = '', at = :at WHERE job_day.error <> ''
    RETURNING day
    """
)
END = text("UPDATE job_day SET done = :done WHERE legal_entity_id = :entity AND job = :job AND day = :day")
FAIL = text(
    """
    INSERT INTO job_day (legal_entity_id, job, day, error, at)
    VALUES (:entity, :job, :day, :error, :at)
    ON CONFLICT (legal_entity_id, job, day) DO UPDATE SET error = :error, at = :at WHERE job_day.error <> ''
    """
)
FORGET_FAULTS = text("UPDATE job_day SET error = '' WHERE legal_entity_id = :entity AND job = :job AND error <> ''")
IS_DONE = text(
    """
    SELECT EXISTS (SELECT 1 FROM job_day
                    WHERE legal_entity_id = :entity AND job = :job AND day = :day AND error = '')
    """
)
LATEST = text(
    """
    SELECT DISTINCT ON (j.legal_entity_id, j.job) j.legal_entity_id AS entity_id, j.job, j.day, j.done, j.error, j.at
      FROM job_day j
     WHERE j.legal_entity_id = ANY(:entities) AND j.day >= :since
     ORDER BY j.legal_entity_id, j.job, j.day DESC
    """
)


@dataclass(frozen=True, slots=True)
class JobDay:
    """The last day on which a job did its work, or did not and why."""

    entity_id: int
    job: str
    day: date
    done: int
    error: str
    at: datetime


def begin(session: Session, entity_id: int, job: str, day: date, at: datetime) -> bool:
    """Take a day's work; False where it is done, or somebody is at it. It is given back if the transaction fails."""
    row = {"entity": entity_id, "job": job, "day": day, "at": at}
    return session.execute(BEGIN, row).scalar_one_or_none() is not None


def is_done(session: Session, entity_id: int, job: str, day: date) -> bool:
    """Whether a day's work is done."""
    return bool(session.execute(IS_DONE, {"entity": entity_id, "job": job, "day": day}).scalar_one())


def end(session: Session, entity_id: int, job: str, day: date, done: int) -> None:
    """Note how much was done, in the same transaction."""
    session.execute(END, {"entity": entity_id, "job": job, "day": day, "done": done})


def fail(session: Session, entity_id: int, job: str, day: date, *, error: str, at: datetime) -> None:
    """Note why a day's work could not be done; the next try takes it again."""
    session.execute(FAIL, {"entity": entity_id, "job": job, "day": day, "error": error, "at": at})


def forget_faults(session: Session, entity_id: int, job: str) -> None:
    """It went well again."""
    session.execute(FORGET_FAULTS, {"entity": entity_id, "job": job})


def latest(session: Session, entities: list[int], since: date) -> list[JobDay]:
    """The last day of each job of companies, no older than `since`."""
    return [JobDay(**row) for row in session.execute(LATEST, {"entities": entities, "since": since}).mappings()]
