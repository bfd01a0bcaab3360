"""Days that no live bill has."""

from datetime import date

import pytest
from sqlalchemy import text

from cloud_service.store.database.errors import RefusedError
from cloud_service.store.invoicing.corrections import free_spans
from cloud_service.store.invoicing.unbilled_days import contract_gaps, reasons, unwaive, waive, waived
from common.period import Span
from tests.books.world import World
from tests.cloud_service.store.invoicing.october import NOVEMBER, OCTOBER, issue_month

BEFORE = Span(date(2026, 1, 1), OCTOBER.start)  # the connections began in January
TODAY = NOVEMBER.end


def test_what_no_live_bill_has_and_nobody_left_unbilled_is_a_gap(world: World) -> None:
    issued = issue_month(world)
    first, second = contract_gaps(world.session, [world.entity], TODAY)
    assert ((BEFORE, NOVEMBER), (Span(BEFORE.start, TODAY),)) == (first.gaps, second.gaps)

    free_spans(world.session, issued.id)
    waive(world.session, world.contracts[0], NOVEMBER, reason="goodwill", author="t")
    assert (Span(BEFORE.start, OCTOBER.end),) == contract_gaps(world.session, [world.entity], TODAY)[0].gaps
    assert [world.contracts[1]] == [
        each.candidate.id for each in contract_gaps(world.session, [world.entity], TODAY, after=world.contracts[0])
    ]
    assert (
        issued.number
        == reasons(world.session, [(world.contracts[0], OCTOBER)])[world.contracts[0], OCTOBER.start].credited
    )


def test_a_monthly_connection_that_lacks_only_the_month_under_way_is_passed_by(world: World) -> None:
    issue_month(world)
    waive(world.session, world.contracts[0], BEFORE, reason="billed by the old system", author="t")
    today = date(2026, 11, 20)

    assert [world.contracts[1]] == [each.candidate.id for each in contract_gaps(world.session, [world.entity], today)]
    assert 2 == len(contract_gaps(world.session, [world.entity], TODAY))


def test_the_same_days_are_left_unbilled_once(world: World) -> None:
    waived_id = waive(world.session, world.contracts[0], OCTOBER, reason="goodwill", author="t")
    world.session.commit()
    assert ["goodwill"] == [row.reason for row in waived(world.session, [world.entity])]

    with pytest.raises(RefusedError, match="ex_waived_span_during"), world.session.begin_nested():
        waive(world.session, world.contracts[0], OCTOBER, reason="again", author="t")
    assert (world.contracts[0], OCTOBER) == unwaive(world.session, waived_id)
    assert unwaive(world.session, waived_id) is None


def test_a_dry_run_is_no_reason(world: World) -> None:
    world.session.execute(
        text("INSERT INTO billing_run (legal_entity_id, name, during, bill_date, dry_run, created_by, state)"
             " VALUES (:entity, 'dry', daterange('2026-10-01', '2026-11-01'), '2026-11-02', true, 't', 'rated')"),
        {"entity": world.entity},
    )  # fmt: skip
    world.session.execute(
        text("INSERT INTO billing_item (billing_run_id, contract_id, during, state, reason)"
             " SELECT max(id), :contract, daterange('2026-10-01', '2026-11-01'), 'parked', 'tried' FROM billing_run"),
        {"contract": world.contracts[0]},
    )  # fmt: skip

    assert "" == reasons(world.session, [(world.contracts[0], OCTOBER)])[world.contracts[0], OCTOBER.start].state
