"""September's surplus is found to be smaller after October and November used it."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow import correct_invoice
from cloud_service.flow.invoicing.rebilling import Rebilling, RebillSteps, rebill
from cloud_service.flow.issue import issue, issue_waiting_lines
from cloud_service.flow.rate import rate_all
from cloud_service.store.invoicing import pending_lines
from cloud_service.store.invoicing.billing_chain import builds, resting_on
from cloud_service.store.invoicing.invoice_rows import WrittenInvoice
from cloud_service.store.invoicing.pending_lines import NewLine
from cloud_service.store.receivables.ledger import balances
from common.errors import ConflictError
from common.period import Span
from tests.books.world import World, build, noon
from tests.cloud_service.flow.surplus import AUTUMN, NOVEMBER, OCTOBER, SEPTEMBER, less_surplus, live_bills, roof, run
from tests.cloud_service.store.invoicing.test_pending_lines import share

TODAY = date(2027, 1, 10)
FIRST = text("SELECT invoice_id FROM invoice_span WHERE NOT credited ORDER BY lower(during) LIMIT 1")


@pytest.fixture
def world(session: Session) -> World:
    """September, October and November are billed: 0.00, 10.00, 288.00."""
    world = roof(session)
    run(world, SEPTEMBER)
    run(world, AUTUMN)
    return world


def anew(world: World, *, following: bool) -> list[Rebilling]:
    def credit(invoice: int) -> WrittenInvoice:
        return correct_invoice.credit(
            world.session, invoice, reason="wrong", day=TODAY, author="t", clock=lambda: noon(TODAY)
        )

    steps = RebillSteps(
        credit,
        lambda contracts, span: rate_all(world.session, contracts, span),
        lambda rated, note: issue(world.session, rated, bill_date=TODAY, author="t", instead_of=note),
    )
    return rebill(world.session, world.session.execute(FIRST).scalar_one(), steps, following=following)


def test_the_later_bills_are_billed_anew_with_what_is_really_left_over(world: World) -> None:
    less_surplus(world)
    done = anew(world, following=True)
    world.session.commit()

    # 298 - 144 = 154 kWh × 1.00 in October; nothing is left for November
    assert [(9, "0.00"), (10, "154.00"), (11, "288.00")] == live_bills(world)
    assert ["INV-2026-00001", "INV-2026-00002"] == [each.before.number for each in done]  # November was given nothing
    assert [Decimal(0), Decimal(154)] == [each.total for each in done]
    assert Decimal("442.00") == balances(world.session)["receivable", "EUR"]


def test_without_the_later_ones_it_is_refused_and_nothing_is_done(world: World) -> None:
    less_surplus(world)

    with pytest.raises(ConflictError, match="INV-2026-00002 rests on"):
        anew(world, following=False)
    assert [(9, "0.00"), (10, "10.00"), (11, "288.00")] == live_bills(world)
    assert 3 == world.session.execute(text("SELECT count(*) FROM invoice")).scalar()


def test_where_nothing_else_is_left_over_the_later_ones_stay(world: World) -> None:
    (only,) = anew(world, following=True)

    assert [("INV-2026-00001", [])] == [(only.before.number, only.changes)]
    assert 5 == world.session.execute(text("SELECT count(*) FROM invoice")).scalar()


def test_what_rests_on_a_bill_is_named_in_the_order_of_its_days(world: World) -> None:
    first = world.session.execute(FIRST).scalar_one()

    assert builds(world.session, first)
    assert [OCTOBER, NOVEMBER] == [Span(bill.start, bill.end) for bill in resting_on(world.session, first)]
    (again,) = anew(world, following=True)  # the same is left over
    assert ["INV-2026-00002", "INV-2026-00003"] == [
        bill.number for bill in resting_on(world.session, again.bills[0].id)
    ]


def test_a_bill_that_took_a_credited_ones_place_has_the_later_ones_rest_on_it(world: World) -> None:
    anew(world, following=True)
    less_surplus(world)
    anew(world, following=True)

    assert [(9, "0.00"), (10, "154.00"), (11, "288.00")] == live_bills(world)


def test_bills_of_a_tariff_that_keeps_nothing_leave_nothing_to_build_on(session: Session) -> None:
    world = build(session, tenants=1)
    world.readings(world.registers[0], SEPTEMBER)
    run(world, SEPTEMBER)

    assert not builds(session, session.execute(FIRST).scalar_one())


def test_a_bill_of_no_days_is_not_billed_anew(world: World) -> None:
    new = NewLine(world.contracts[0], "stairs", "EUR", share("5.00"))
    pending_lines.add(world.session, [new], reason="Stairs", author="t")
    (alone,) = issue_waiting_lines(world.session, world.contracts, bill_date=TODAY, author="t")
    steps = RebillSteps(lambda _bill: alone, lambda _contracts, _span: [], lambda _rated, _note: [])

    with pytest.raises(ConflictError, match="no days that could be billed anew"):
        rebill(world.session, alone.id, steps, following=True)
