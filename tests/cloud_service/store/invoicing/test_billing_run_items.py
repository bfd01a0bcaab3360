from datetime import date

from sqlalchemy.orm import Session

from cloud_service.flow import billing_run as running
from cloud_service.flow.rate import rate_shard
from cloud_service.store.invoicing import billing_run_items
from common.period import Span
from tests.books.world import build

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))


def test_a_parked_item_names_its_contract_and_its_reason(session: Session) -> None:
    world = build(session, tenants=2)
    world.readings(world.registers[0], OCTOBER)
    run = running.plan(session, running.Plan(world.entity, OCTOBER, date(2026, 11, 2), "t"))
    rate_shard(session, run.id)
    parked = billing_run_items.items(session, run.id, "parked")

    assert [("V2", True)] == [(one.contract, "reading" in one.reason) for one in parked]
