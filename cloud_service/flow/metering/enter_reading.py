"""A reading by hand: what a person read, estimated, corrects or takes back, with their name and reason.

Nothing is changed: it is a new row that counts before all others of its instant. What is odd about it is said before,
and stored when the person says that it is so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import numpy as np

from cloud_service.domain.metering.expected_index import KnownIndexes, ReadingDoubt, reading_doubts
from cloud_service.domain.money import plain
from cloud_service.store.audit import log
from cloud_service.store.database.errors import guarded
from cloud_service.store.database.session import Engine, Session, transaction
from cloud_service.store.metering import dirty_days, known_indexes, meter_data_files, readings
from cloud_service.store.metering.known_indexes import RestingBill
from cloud_service.store.metering.readings import ReadingColumns, StoredRegister
from cloud_service.store.metering.validation import register_faults
from common.errors import ConflictError, InputError, NotFoundError
from common.reading import OLDEST_MS, Kind, Quality, as_decimal, thousandths

AHEAD = timedelta(hours=1)
SHORT = timedelta(seconds=1)
DECIMALS = 3  # a register is kept in thousandths of its unit


@dataclass(frozen=True, slots=True)
class ManualReading:
    """One register at one instant; `value` is None where a reading is taken back."""

    meter: str
    register: str
    at: datetime
    value: Decimal | None
    author: str
    reason: str
    estimated: bool = False
    key: UUID | None = None  # of an entry that a phone sends until it is heard


@dataclass(frozen=True, slots=True)
class ReadingCheck:
    """What is known around an entry before it is stored: neighbours, what is odd, bills that rest on its days."""

    known: KnownIndexes
    before: int | None  # what counts at that instant now, in thousandths
    doubts: Sequence[ReadingDoubt]
    bills: Sequence[RestingBill]

    @property
    def needs_a_word(self) -> bool:
        """Whether a person has to say that it is right all the same."""
        return bool(self.doubts or self.bills)


def enter(engine: Engine, entry: ManualReading, now: datetime) -> int:
    """Store the entry in a transaction of its own; the id of its note."""
    with guarded(), transaction(engine) as session:
        return store(session, entry, now)


def check(session: Session, entry: ManualReading, now: datetime) -> ReadingCheck:
    """Refuse what cannot be, and say what is odd about the rest; nothing is stored."""
    register = _register(session, entry, now)
    indexes = known_indexes.around(session, register.id, entry.at)
    doubtful = register.kind == Kind.INDEX and entry.value is not None
    return ReadingCheck(
        known=indexes,
        before=readings.counted_at(session, register.id, entry.at),
        doubts=reading_doubts(indexes, entry.at, thousandths(entry.value or 0, "value")) if doubtful else (),
        bills=known_indexes.resting_bills(
            session,
            register.id,
            indexes.last.at if indexes.last else entry.at - SHORT,
            indexes.next.at if indexes.next else entry.at,
        ),
    )


def store(session: Session, entry: ManualReading, now: datetime) -> int:
    """Store the entry; the id of its note. The days it touches are made again by validation."""
    register = _register(session, entry, now)
    before = readings.counted_at(session, register.id, entry.at)
    note = readings.add_note(session, entry.author, entry.reason, entry.key)
    rows = _row(entry, register.id, note, register.step_s if register.kind == Kind.INTERVAL else 0)
    readings.insert(session, rows)
    dirty_days.mark_dirty(session, rows, {register.id: register.zone})
    register_faults.try_again(session, [register.id])
    log.record(session, [_change(entry, register.id, before)])
    return note


def must_be_there(session: Session, entry: ManualReading, now: datetime) -> None:
    """A correction or a withdrawal is of something that counts at that instant."""
    if readings.counted_at(session, _register(session, entry, now).id, entry.at) is None:
        raise ConflictError(
            f"nothing counts for {entry.meter} {entry.register} at {entry.at.isoformat()}",
            path="at",
            hint="a reading is corrected at the very time it has; a new one is entered",
        )


def _register(session: Session, entry: ManualReading, now: datetime) -> StoredRegister:
    """The register an entry is of; what no register can show is refused."""
    _check_words(entry, now)
    key = entry.meter, entry.register
    register = meter_data_files.registers(session, [(*key, entry.at)]).get(key)
    if register is None:
        raise NotFoundError(f"no meter {entry.meter} with register {entry.register}")
    if entry.value is not None and register.digits is not None and entry.value >= 10**register.digits:
        raise InputError(f"{entry.value} has more than the {register.digits} digits of the meter", path="value")
    return register


def _check_words(entry: ManualReading, now: datetime) -> None:
    if entry.at.tzinfo is None:
        raise InputError("the time needs an offset, for example 2026-03-01T00:00+01:00", path="at")
    if entry.at > now + AHEAD:
        raise InputError(f"{entry.at.isoformat()} lies ahead", path="at")
    if entry.at.timestamp() * 1000 < OLDEST_MS:
        raise InputError(f"{entry.at.isoformat()} lies before the year 2000", path="at", hint="look at the year")
    if not entry.reason.strip() or not entry.author.strip():
        raise InputError("an entry by hand needs an author and a reason", path="reason")
    if entry.value is not None and entry.value < 0:
        raise InputError("a register does not count below zero", path="value")
    if entry.value is not None and entry.value != round(entry.value, DECIMALS):
        raise InputError(f"{entry.value} has more than {DECIMALS} decimals", path="value")


def _change(entry: ManualReading, register_id: int, before: int | None) -> log.AuditChange:
    """From what counted at that instant to what was entered; nothing where there was or is none."""
    at = entry.at.astimezone(UTC).isoformat()
    was = {} if before is None else {"at": at, "value": plain(as_decimal(before))}
    now = {"at": at, "meter": entry.meter, "register": entry.register}
    if entry.value is not None:
        now["value"] = plain(entry.value)
    return log.AuditChange(entry.author, "reading.enter", f"register:{register_id}", was, now, entry.reason)


def _row(entry: ManualReading, register_id: int, note: int, step_s: int) -> ReadingColumns:
    past = entry.at - datetime(1970, 1, 1, tzinfo=UTC)
    quality = Quality.MISSING if entry.value is None else Quality.ESTIMATED if entry.estimated else Quality.SUBSTITUTED
    value = 0 if entry.value is None else thousandths(entry.value, "value")
    return ReadingColumns(
        register_id=np.array([register_id], dtype=np.int64),
        at_ms=np.array([past // timedelta(milliseconds=1)], dtype=np.int64),
        value=np.array([value], dtype=np.int64),
        quality=np.array([quality], dtype=np.int16),
        time_quality=np.zeros(1, dtype=np.int16),
        source=np.zeros(1, dtype=np.int64),
        sequence=np.array([note], dtype=np.int64),
        step_s=np.array([step_s], dtype=np.int32),
    )
