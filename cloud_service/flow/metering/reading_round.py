"""One stop of a round of manual readings: the index with its photo, or why nothing could be read.

Each entry carries a key that the phone made. Sent again, because an answer was lost on its way, it changes nothing.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from cloud_service.domain.metering.expected_index import ReadingDoubt, reading_doubts
from cloud_service.store.database.session import Session
from cloud_service.store.metering import known_indexes, reading_rounds
from cloud_service.store.metering.reading_rounds import ReadingPhotoFile
from common.errors import ConflictError, InputError

OLDEST = timedelta(days=60)
AHEAD = timedelta(hours=1)
PHOTO_MAX = 2 * 2**20
PHOTO_TYPES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


class UnreadCause(StrEnum):
    """Why a meter could not be read."""

    NOBODY_THERE = "nobody_there"
    BLOCKED = "blocked"
    BROKEN = "broken"
    OTHER = "other"


def is_sent_already(session: Session, key: UUID) -> bool:
    """Whether this very entry is stored."""
    return reading_rounds.note_of_key(session, key) is not None


def doubts_of(session: Session, register_id: int, at: datetime, value: int) -> list[ReadingDoubt]:
    """What is odd about an index on a round."""
    return reading_doubts(known_indexes.around(session, register_id, at), at, value)


def check_time(at: datetime, now: datetime) -> None:
    """A phone's clock may be a little wrong, and an entry may wait for network, but not for months."""
    if at > now + AHEAD or at < now - OLDEST:
        raise InputError(
            f"{at.isoformat()} is not a time of this round", path="at", hint="check the clock of the phone"
        )


def photo_of(content: bytes) -> ReadingPhotoFile:
    """A picture by its first bytes; InputError where it is none or too large."""
    if len(content) > PHOTO_MAX:
        raise InputError(f"the photo has more than {PHOTO_MAX // 2**20} MB", path="photo")
    for start, media_type in PHOTO_TYPES.items():
        if content.startswith(start):
            return ReadingPhotoFile(media_type, content)
    raise InputError("the photo is neither JPEG nor PNG", path="photo")


def visit(session: Session, register_id: int, cause: str, *, author: str, key: UUID, at: datetime) -> None:
    """Nothing could be read."""
    if cause not in set(UnreadCause):
        raise ConflictError(f"{cause!r} is no cause", hint=f"one of {', '.join(UnreadCause)}")
    reading_rounds.add_visit(session, register_id, cause, author=author, key=key, at=at)
