"""A mount was entered wrongly: its multiplier, or when the meter came or went. Bills that rest on it are noted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from cloud_service.domain.metering.mount_entry import check_multiplier
from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.invoicing import billing_run_items
from cloud_service.store.metering import dirty_days, mount_corrections
from cloud_service.store.metering.mount_corrections import StoredMount
from common.errors import InputError
from common.period import local_day

CHANGED = "where the meter hung, or its multiplier, was corrected after the rating: rate it again"
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MountCorrection:
    """What is right of a mount; what is None stays."""

    mount_id: int
    multiplier: Decimal | None = None
    since: datetime | None = None
    until: datetime | None = None  # of a mount that has ended


def correct_mount(session: Session, correction: MountCorrection, *, author: str, reason: str) -> list[str]:
    """Correct a mount; where another meter went or came at the same moment, it did so at the corrected one.

    Returns the numbers of the bills that rest on it: they are to be corrected like those with late readings.
    """
    before = mount_corrections.mount(session, correction.mount_id)
    after = _corrected(before, correction)
    if after == before:
        return []
    earlier, later = mount_corrections.neighbours(session, before)
    moved = [
        (before, after),
        *((other, _checked(replace(other, until=after.since))) for other in earlier),
        *((other, _checked(replace(other, since=after.until or other.since))) for other in later),
    ]
    _write(session, moved)
    for old, new in moved:
        _make_again(session, old, new)
    change = log.AuditChange(
        author, "mount.correct", f"service_point:{before.service_point_id}", _said(before), _said(after), reason
    )
    log.record(session, [change])
    return mount_corrections.noted_bills(session)


def _corrected(before: StoredMount, correction: MountCorrection) -> StoredMount:
    multiplier = before.multiplier if correction.multiplier is None else correction.multiplier
    check_multiplier(multiplier)
    if correction.until is not None and before.until is None:
        raise InputError("the meter still hangs there", path="until", hint="take it down, or exchange it")
    return _checked(
        replace(
            before, multiplier=multiplier, since=correction.since or before.since,
            until=correction.until or before.until,
        )
    )  # fmt: skip


def _checked(stored: StoredMount) -> StoredMount:
    if stored.until is not None and stored.until <= stored.since:
        raise InputError(
            f"{stored.meter} would hang from {stored.since.isoformat()} until {stored.until.isoformat()}", path="since",
            hint="a meter goes after it came",
        )  # fmt: skip
    return stored


def _write(session: Session, moved: Sequence[tuple[StoredMount, StoredMount]]) -> None:
    """Those that give way come first: two meters never hang at one place."""
    for old, new in moved:
        since = max(old.since, new.since)
        until = min(filter(None, (old.until, new.until)), default=None)
        if until is None or until > since:
            mount_corrections.change(session, old.id, since, until, new.multiplier)
    for _, new in moved:
        mount_corrections.change(session, new.id, new.since, new.until, new.multiplier)


def _make_again(session: Session, old: StoredMount, new: StoredMount) -> None:
    """The days on which it hangs now and did not, or the other way round, are made again; what was rated is parked."""
    zone = old.timezone
    for moment, new_moment in ((old.since, new.since), (old.until, new.until)):
        if moment is not None and new_moment is not None and moment != new_moment:
            first, last = sorted((local_day(moment, zone), local_day(new_moment, zone)))
            dirty_days.mark_span(session, old.meter_id, first - ONE_DAY, last)
    first_day = local_day(min(old.since, new.since), zone)
    for contract_id in mount_corrections.contracts_from(session, old.service_point_id, first_day):
        billing_run_items.park_rated(session, contract_id, first_day, CHANGED)


def _said(stored: StoredMount) -> dict[str, str]:
    return {
        "meter": stored.meter, "since": stored.since.isoformat(),
        "until": stored.until.isoformat() if stored.until else "", "multiplier": f"{stored.multiplier.normalize():f}",
    }  # fmt: skip
