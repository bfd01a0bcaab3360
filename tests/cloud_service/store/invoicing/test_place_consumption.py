"""What was counted at service points on some days, as bills count it."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy import text

from cloud_service.domain.rating.consumption import Consumption
from cloud_service.store.invoicing.place_consumption import MeasuredPlace, consumption_at
from common.errors import InputError
from common.period import Span, day_start
from tests.books.world import World
from tests.cloud_service.store.invoicing.october import NOVEMBER, OCTOBER

MIDDLE = date(2026, 10, 16)


def point_of(world: World, number: int = 0) -> int:
    sql = text("SELECT service_point_id FROM contract WHERE id = :id")
    return int(world.session.execute(sql, {"id": world.contracts[number]}).scalar_one())


def used(world: World, span: Span, number: int = 0, *, empty: bool = False) -> Consumption | InputError:
    (consumption,) = consumption_at(world.session, [MeasuredPlace(point_of(world, number), span, empty)])
    return consumption


def test_places_count_their_own_days(world: World) -> None:
    world.readings(world.registers[0], OCTOBER)  # 100 Wh in each of 2980 quarter hours
    world.readings(world.registers[0], NOVEMBER)
    world.readings(world.registers[1], OCTOBER, wh=200)
    half = Span(MIDDLE, OCTOBER.end)
    places = [MeasuredPlace(point_of(world, n), span) for n, span in ((0, OCTOBER), (1, OCTOBER), (0, half))]

    assert [Consumption(Decimal(energy), "kWh") for energy in ("298.000", "596.000", "154.000")] == consumption_at(
        world.session, places
    )


def test_days_without_readings_are_refused_with_their_names(world: World) -> None:
    world.readings(world.registers[0], Span(OCTOBER.start, MIDDLE))

    refused = used(world, OCTOBER)
    assert isinstance(refused, InputError)
    assert "has no readings for 16 of 31 days: 2026-10-16, 2026-10-17" in refused.message
    nothing = used(world, OCTOBER, 1)
    assert isinstance(nothing, InputError)
    assert "has no readings" in nothing.message


def test_where_nobody_lived_days_before_the_meter_came_count_nothing(world: World) -> None:
    world.readings(world.registers[0], Span(MIDDLE, OCTOBER.end))
    world.session.execute(
        text(
            "UPDATE meter_mount m SET during = tstzrange(:at, NULL) FROM register r"
            " WHERE r.meter_id = m.meter_id AND r.id = :register"
        ),
        {"at": day_start(MIDDLE, world.zone), "register": world.registers[0]},
    )

    assert Consumption(Decimal(0), "") == used(world, Span(OCTOBER.start, MIDDLE), empty=True)
    assert Consumption(Decimal("154.000"), "kWh") == used(world, OCTOBER, empty=True)
    assert isinstance(used(world, OCTOBER), InputError)


def test_meters_of_two_units_have_no_sum(world: World) -> None:
    world.readings(world.registers[0], OCTOBER)
    world.session.execute(
        text(
            "INSERT INTO register (meter_id, name, unit, kind, billed)"
            " SELECT meter_id, 'volume', 'm3', 'index', true FROM register WHERE id = :id"
        ),
        {"id": world.registers[0]},
    )

    refused = used(world, OCTOBER)
    assert isinstance(refused, InputError)
    assert "its meters count in kWh and m3" == refused.message


def test_on_the_day_of_a_change_each_mount_counts_its_own_steps(world: World) -> None:
    """New current transformers at 10:07 on 16 October: 15 days and 40 steps by 20, both have a part of step 40."""
    world.readings(world.registers[0], OCTOBER)
    change = datetime(2026, 10, 16, 8, 7, tzinfo=UTC)
    meter = _meter(world)
    first = int(
        world.session.execute(
            text("SELECT (extract(epoch FROM lower(during)) * 1000)::bigint FROM meter_mount WHERE meter_id = :meter"),
            {"meter": meter},
        ).scalar_one()
    )
    world.session.execute(
        text("UPDATE meter_mount SET multiplier = 20, during = tstzrange(lower(during), :at) WHERE meter_id = :meter"),
        {"at": change, "meter": meter},
    )
    world.session.execute(
        text(
            "INSERT INTO meter_mount (meter_id, service_point_id, during, multiplier, opening)"
            " VALUES (:meter, :point, tstzrange(:at, NULL), 30, '{}')"
        ),
        {"at": change, "meter": meter, "point": point_of(world)},
    )
    shared = [[40, first, 47], [40, int(change.timestamp() * 1000), 53]]
    world.session.execute(
        text(
            "UPDATE interval_day SET made_from = made_from || jsonb_build_object('shared', cast(:shared AS jsonb))"
            " WHERE register_id = :register AND day = '2026-10-16'"
        ),
        {"shared": json.dumps(shared), "register": world.registers[0]},
    )

    before, after = (15 * 96 + 40) * 100 + 47, 53 + (55 + 15 * 96 + 4) * 100
    assert Consumption(Decimal(before * 20 + after * 30) / 1000, "kWh") == used(world, OCTOBER)


def _meter(world: World) -> int:
    sql = text("SELECT meter_id FROM register WHERE id = :id")
    return int(world.session.execute(sql, {"id": world.registers[0]}).scalar_one())
