"""The use of the months before: the contract's own, as its meters counted it."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.rating.rated_contract import MonthlyUse, RatedContract
from cloud_service.flow import correct_invoice
from cloud_service.flow.issue import issue
from cloud_service.flow.rate import rate_contracts
from cloud_service.store.invoicing.invoice_rows import WrittenInvoice
from common.period import Span
from tests.books.world import FLAT, World, build, noon

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
DECIDED = date(2026, 12, 5)


@pytest.fixture
def world(session: Session) -> World:
    """A tenant with readings of October: 298 kWh."""
    world = build(session, tenants=1)
    world.readings(world.registers[0], OCTOBER)
    return world


def rated(world: World, span: Span = OCTOBER) -> RatedContract:
    contract = rate_contracts(world.session, world.contracts[:1], span)[0].rated
    assert contract is not None
    return contract


def test_the_months_before_are_the_contract_s_own_days_multiplied_by_its_transformers(world: World) -> None:
    world.readings(world.registers[0], Span(date(2026, 8, 1), OCTOBER.start))
    world.session.execute(text("UPDATE meter_mount SET multiplier = 40"))
    world.session.execute(text("UPDATE contract SET during = daterange('2026-09-16', NULL) WHERE number = 'V1'"))

    assert (MonthlyUse(date(2026, 9, 1), 15 * 9_600 * 40), MonthlyUse(OCTOBER.start, 298_000 * 40)) == rated(
        world
    ).usage


def test_a_month_without_any_reading_is_not_there(world: World) -> None:
    world.readings(world.registers[0], Span(date(2026, 7, 1), date(2026, 8, 1)))

    assert [date(2026, 7, 1), OCTOBER.start] == [use.month for use in rated(world).usage]


def _move(world: World, register: int, during: str) -> None:
    """Let the meter of a register hang at the tenant's point for some time."""
    world.session.execute(
        text(
            "UPDATE meter_mount SET during = cast(:during AS tstzrange),"
            " service_point_id = (SELECT service_point_id FROM contract WHERE number = 'V1')"
            " WHERE meter_id = (SELECT meter_id FROM register WHERE id = :id)"
        ),
        {"id": register, "during": during},
    )


def test_an_exchanged_meter_s_months_are_both_meters_own_days(world: World) -> None:
    _, other = world.point(77)
    world.readings(world.registers[0], Span(date(2026, 9, 1), OCTOBER.start))
    world.readings(other, Span(date(2026, 8, 1), date(2026, 10, 1)))
    _move(world, world.registers[0], "[2026-09-15 22:00+00,)")
    _move(world, other, "[2026-01-01 00:00+00,2026-09-15 22:00+00)")

    assert {date(2026, 8, 1): 31 * 9_600, date(2026, 9, 1): 30 * 9_600, OCTOBER.start: 298_000} == {
        use.month: use.energy for use in rated(world).usage
    }


def test_a_bill_whose_use_was_counted_in_another_unit_is_no_history(session: Session) -> None:
    world = build(session, tariff={**FLAT, "charges": FLAT["charges"][1:]}, tenants=1)
    september = Span(date(2026, 9, 1), OCTOBER.start)
    for month in (september, OCTOBER):
        world.readings(world.registers[0], month)
    issue(session, [rated(world, september)], bill_date=OCTOBER.start, author="t")
    session.execute(text("UPDATE service_point SET utility = 'water'"))
    session.execute(text("UPDATE register SET unit = 'm3', name = 'volume', quantity = 'volume'"))
    session.execute(text("UPDATE interval_day SET total = total / 10 WHERE day < '2026-10-01'"))

    assert (MonthlyUse(september.start, 28_800), MonthlyUse(OCTOBER.start, 298_000)) == rated(world).usage


def test_a_month_that_was_billed_anew_is_as_the_new_bill_says_it(world: World) -> None:
    november, december = Span(OCTOBER.end, date(2026, 12, 1)), Span(date(2026, 12, 1), date(2027, 1, 1))
    for span in (november, december):
        world.readings(world.registers[0], span)

    def bill(span: Span) -> WrittenInvoice:
        return issue(world.session, [rated(world, span)], bill_date=span.end, author="test")[0]

    october, _ = bill(OCTOBER), bill(november)
    world.session.execute(text("DELETE FROM interval_day WHERE day < '2026-11-01'"))
    world.readings(world.registers[0], OCTOBER, wh=200)
    correct_invoice.credit(
        world.session, october.id, reason="late", day=DECIDED, author="test", clock=lambda: noon(DECIDED)
    )
    bill(OCTOBER)

    assert [596_000, 288_000, 297_600] == [use.energy for use in rated(world, december).usage]
