from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from cloud_service.store.scope import Scope
from cloud_service.store.sheets import jobs
from cloud_service.store.sheets.jobs import NewSheetJob
from common.errors import NotFoundError
from tests.books.world import build


def test_a_job_goes_its_way_and_is_seen_by_its_company_alone(session: Session) -> None:
    entity = build(session).entity
    new = NewSheetJob(entity, "mary", "sites", "a.csv", b"x", "look", date(2026, 11, 27), {"order": "dmy"}, 7)
    job_id, public_id = jobs.add(session, new)
    own = Scope(entities=frozenset({entity}))

    assert ("waiting", 0, 7, {"order": "dmy"}) == (
        (job := jobs.seen(session, own, public_id)).state, job.rows_done, job.rows_all, job.wishes,
    )  # fmt: skip
    jobs.report_progress(session, job_id, 5)
    assert ("working", 5) == ((job := jobs.stored(session, job_id)).state, job.rows_done)
    jobs.mark_done(session, job_id, {"rows": []}, None)
    assert ("done", 7, {"rows": []}) == ((job := jobs.stored(session, job_id)).state, job.rows_done, job.outcomes)
    jobs.mark_failed(session, job_id, "why")
    assert ("failed", "why") == ((job := jobs.stored(session, job_id)).state, job.fault)
    with pytest.raises(NotFoundError):
        jobs.seen(session, Scope(entities=frozenset({entity + 1})), public_id)
    jobs.forget(session, datetime.now(UTC) - timedelta(days=1))
    assert jobs.seen(session, Scope(), public_id)
    jobs.forget(session, datetime.now(UTC) + timedelta(days=1))
    with pytest.raises(NotFoundError):
        jobs.seen(session, Scope(), public_id)
