from datetime import date

from sqlalchemy.orm import Session

from cloud_service.store.invoicing.billing_calendar import (
    BillingCalendar,
    automatic_calendars,
    calendar_of,
    set_calendar,
)
from tests.books.world import build


def test_an_entity_without_a_calendar_bills_by_hand(session: Session) -> None:
    world = build(session)

    assert not calendar_of(session, world.entity).automatic
    assert [] == automatic_calendars(session)


def test_automatic_calendars_come_with_the_zone_of_their_days(session: Session) -> None:
    world = build(session)
    calendar = BillingCalendar(automatic=True, since=date(2026, 10, 1), after_days=3, approval="itself")
    set_calendar(session, world.entity, BillingCalendar(since=date(2026, 1, 1)))
    set_calendar(session, world.entity, calendar)

    (row,) = automatic_calendars(session)
    assert (world.entity, world.zone, calendar) == (row.entity_id, row.timezone, row.calendar)
