from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import text

from cloud_service.batches.action import BatchOrder, RowChange
from cloud_service.batches.actions.run_retry import ACTION
from cloud_service.flow import billing_run
from common.errors import ConflictError
from common.period import Span
from tests.cloud_service.store.conftest import Office


def test_what_a_run_has_parked_is_rated_again(office: Office, order: Callable[..., BatchOrder]) -> None:
    entity = next(iter(office.kilo.entities or ()))
    plan = billing_run.RunPlan(entity, Span(date(2026, 6, 1), date(2026, 7, 1)), date(2026, 7, 2), "test")
    run = billing_run.plan(office.session, plan)
    with pytest.raises(ConflictError, match="nothing of it is parked"):
        ACTION.do(office.session, run.id, order())
    parked = office.session.execute(
        text(
            "UPDATE billing_item SET state = 'parked', reason = 'no readings' WHERE billing_run_id = :id RETURNING id"
        ),
        {"id": run.id},
    ).all()

    assert RowChange(str(len(parked)), "0") == ACTION.do(office.session, run.id, order())
    jobs = office.session.execute(text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'rate_run'")).scalar()
    assert (True, 1) == (len(parked) > 0, jobs)
