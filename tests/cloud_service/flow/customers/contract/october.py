from datetime import date
from typing import Any

from sqlalchemy import text

from cloud_service.flow import billing_run as running
from cloud_service.flow.billing_run import RunPlan
from cloud_service.flow.issue import issue_shard
from cloud_service.flow.rate import rate_shard
from common.period import Span
from tests.books.world import World

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
MIDDLE = date(2026, 10, 16)
POINT = "SELECT service_point_id FROM contract WHERE id = :id"


def point(world: World, contract: int) -> int:
    return int(world.session.execute(text(POINT), {"id": contract}).scalar_one())


def bill_october(world: World) -> list[Any]:
    run = running.plan(world.session, RunPlan(world.entity, OCTOBER, date(2026, 11, 2), "t"))
    rate_shard(world.session, run.id)
    running.report(world.session, run.id)
    running.approve(world.session, run.id, "t")
    issue_shard(world.session, run.id, author="t")
    world.session.commit()
    return list(
        world.session.execute(
            text(
                "SELECT i.number, i.buyer->>'account' AS account, lower(s.during) AS start, upper(s.during) AS until,"
                " i.energy FROM invoice i JOIN invoice_span s ON s.invoice_id = i.id ORDER BY account, start"
            )
        )
    )
