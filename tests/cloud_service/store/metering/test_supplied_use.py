"""What contracts used on their own days."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.metering import supplied_use
from cloud_service.store.metering.supplied_use import SuppliedRegister
from cloud_service.store.metering.tables import IntervalDay
from common.period import Span
from tests.books.world import World, build

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
DAY = 9600  # Wh of a day of 100 Wh each quarter hour


@pytest.fixture
def world(session: Session) -> World:
    """The first flat changes hands on 10 October; 100 Wh in each quarter hour."""
    world = build(session, tenants=2)
    world.readings(world.registers[0], OCTOBER)
    world.session.execute(
        text("UPDATE contract SET during = '[2026-01-01,2026-10-10)' WHERE id = :id"), {"id": world.contracts[0]}
    )
    world.session.execute(
        text(
            "UPDATE contract SET during = '[2026-10-10,)', service_point_id ="
            " (SELECT service_point_id FROM contract WHERE id = :first) WHERE id = :second"
        ),
        {"first": world.contracts[0], "second": world.contracts[1]},
    )
    return world


def mount(world: World, *, until: datetime, then: str | None) -> None:
    """The first meter's mount ends; another one of it begins there with that multiplier, if any."""
    meter = world.session.execute(
        text("SELECT meter_id FROM register WHERE id = :id"), {"id": world.registers[0]}
    ).scalar_one()
    (point,) = world.session.execute(
        text(
            "UPDATE meter_mount SET during = tstzrange(lower(during), :at) WHERE meter_id = :meter"
            " RETURNING service_point_id"
        ),
        {"at": until, "meter": meter},
    ).one()
    if then is not None:
        world.session.execute(
            text(
                "INSERT INTO meter_mount (meter_id, service_point_id, during, multiplier, opening)"
                " VALUES (:meter, :point, tstzrange(:at, NULL), :multiplier, '{}')"
            ),
            {"meter": meter, "point": point, "at": until, "multiplier": then},
        )


def supplied(world: World, number: int, span: Span = OCTOBER) -> list[SuppliedRegister]:
    return supplied_use.of_contracts(world.session, [world.contracts[number]], span)


def by_day(world: World, number: int) -> dict[int, Decimal]:
    days: dict[int, Decimal] = {}
    for part in supplied_use.daily(world.session, supplied(world, number)):
        days[part.first.day] = days.get(part.first.day, Decimal(0)) + part.total
    return days


def test_two_tenants_of_one_flat_have_their_own_days(world: World) -> None:
    assert list(range(1, 10)) == list(by_day(world, 0))
    assert list(range(10, 32)) == list(by_day(world, 1))
    assert {Decimal(DAY), Decimal(DAY + 400)} == set(by_day(world, 1).values())  # the 25th has an hour more


def test_a_meters_first_day_counts_from_when_it_came_and_its_last_until_it_went(world: World) -> None:
    mount(world, until=datetime(2026, 10, 20, 10, tzinfo=UTC), then=None)  # noon in Berlin

    days = by_day(world, 1)
    assert (Decimal(DAY), Decimal(DAY) / 2) == (days[19], days[20])
    assert 20 == max(days)


def test_each_mount_has_its_multiplier_also_on_the_day_of_the_change(world: World) -> None:
    mount(world, until=datetime(2026, 10, 20, 10, tzinfo=UTC), then="2.5")

    days = by_day(world, 1)
    assert [Decimal(DAY), Decimal(4800) + Decimal(12000), Decimal(24000)] == [days[day] for day in (19, 20, 21)]


def test_months_are_summed_with_the_days_of_a_change(world: World) -> None:
    mount(world, until=datetime(2026, 10, 20, 10, tzinfo=UTC), then="2")
    parts = list(supplied_use.monthly(world.session, supplied(world, 1)))

    assert {OCTOBER.start} == {part.first for part in parts}
    assert Decimal(10 * DAY + DAY // 2 + 2 * (DAY // 2 + 11 * DAY + 400)) == sum(part.total for part in parts)


def test_a_day_with_missing_steps_says_so_alone_and_in_its_month(world: World) -> None:
    mount(world, until=datetime(2026, 10, 20, 10, tzinfo=UTC), then=None)
    world.session.execute(text("UPDATE interval_day SET missing = 2 WHERE day IN ('2026-10-12', '2026-10-20')"))
    days = {part.first.day: part.gaps for part in supplied_use.daily(world.session, supplied(world, 1))}

    assert {12, 20} == {day for day, gaps in days.items() if gaps}
    assert [True, True] == [part.gaps for part in supplied_use.monthly(world.session, supplied(world, 1))]


def test_a_register_that_counts_rates_together_stands_for_them(world: World) -> None:
    for name, wh in (("import_night", 30), ("import_total", 100)):
        register = world.session.execute(
            text(
                "INSERT INTO register (meter_id, name, unit, kind)"
                " SELECT meter_id, :name, 'kWh', 'index' FROM register WHERE id = :id RETURNING id"
            ),
            {"name": name, "id": world.registers[0]},
        ).scalar_one()
        world.readings(int(register), OCTOBER, wh=wh)

    assert ["import_total"] == [one.register.name for one in supplied(world, 1)]
    assert Decimal(DAY) == by_day(world, 1)[12]


def test_of_an_account_the_newest_contract_comes_first(world: World) -> None:
    world.session.execute(text("UPDATE contract SET account_id = :a"), {"a": world.accounts[0]})
    supplied = supplied_use.of_accounts(world.session, world.accounts, OCTOBER)

    assert [world.contracts[1], world.contracts[0]] == [own.contract_id for own in supplied]


def test_a_day_is_the_contracts_while_the_meter_hung_there(world: World) -> None:
    mount(world, until=datetime(2026, 10, 20, 10, tzinfo=UTC), then=None)
    (own,) = supplied(world, 1)

    bounds = supplied_use.on_day(own, date(2026, 10, 20))
    assert bounds == (datetime(2026, 10, 19, 22, tzinfo=UTC), datetime(2026, 10, 20, 10, tzinfo=UTC))
    assert None is supplied_use.on_day(own, date(2026, 10, 9))
    assert None is supplied_use.on_day(own, date(2026, 10, 21))
    day = world.session.query(IntervalDay).filter_by(register_id=world.registers[0], day=date(2026, 10, 20)).one()
    values = supplied_use.own_values(own.register, own.timezone, day)
    assert [Decimal(100)] * 48 + [Decimal(0)] * 48 == values
