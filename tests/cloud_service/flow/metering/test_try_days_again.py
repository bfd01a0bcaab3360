"""Meters that were put aside are tried again: one or all, of those that a reader may know of; who did it is kept."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from cloud_service.flow.metering.try_days_again import try_days_again
from cloud_service.store.audit.log import changes
from cloud_service.store.metering.validation import register_faults
from cloud_service.store.scope import Scope
from common.errors import NotFoundError
from tests.books.world import build

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def test_one_or_all_are_tried_again_by_name(session: Session) -> None:
    world = build(session, tenants=2)
    for register in world.registers:
        register_faults.note(session, register, "odd", NOON)
    first = register_faults.faults(session, None)[0]

    assert 1 == try_days_again(session, Scope(), first.public_id, author="mary")
    assert [0, 1] == sorted(fault.tries for fault in register_faults.faults(session, None))
    assert 2 == try_days_again(session, Scope(), None, author="mary")
    (change,) = changes(session, subject=f"register:{first.register_id}", limit=1)
    assert ("mary", "meter.try_again", {"error": "odd"}) == (change.actor, change.action, change.before)
    with pytest.raises(NotFoundError, match="no such meter is put aside"):
        try_days_again(session, Scope(frozenset({world.entity + 1})), first.public_id, author="zoe")
