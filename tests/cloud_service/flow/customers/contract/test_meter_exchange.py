from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import text

from cloud_service.flow.customers.contract import (
    MeterExchange,
    exchange_meter,
)
from cloud_service.flow.rate import rate_contracts
from cloud_service.store.metering.tables import Meter, Register
from common.errors import InputError
from common.period import Span, day_start
from tests.books.world import World
from tests.cloud_service.flow.customers.contract.october import MIDDLE, OCTOBER, point


def test_an_exchanged_meter_bills_both_meters_and_nothing_twice(world: World) -> None:
    session = world.session
    meter = Meter(maker="test", serial="NEW", name="new")
    session.add(meter)
    session.flush()
    register = Register(meter_id=meter.id, name="import", unit="kWh", kind="index")
    session.add(register)
    session.flush()
    exchange_meter(
        session,
        MeterExchange(
            point(world, world.contracts[0]),
            meter.id,
            day_start(MIDDLE, world.zone),
            {"import": 500_000},
            {"import": 0},
        ),
        author="t",
    )
    session.execute(
        text("DELETE FROM interval_day WHERE register_id = :r AND day >= :d"), {"r": world.registers[0], "d": MIDDLE}
    )
    world.readings(register.id, Span(MIDDLE, OCTOBER.end), wh=200)
    rated = rate_contracts(session, world.contracts[:1], OCTOBER)[0].rated

    assert rated is not None
    # 15 days × 96 × 0.1 + (15 × 96 + 100) × 0.2
    assert 144_000 + 308_000 == rated.energy
    assert ["NEW", "S1"] == list(rated.contract.meters)


def test_a_multiplier_that_cannot_be_kept_as_it_is_is_refused(world: World) -> None:
    session = world.session
    meter = Meter(maker="test", serial="NEW", name="new")
    session.add(meter)
    session.flush()
    exchange = MeterExchange(
        point(world, world.contracts[0]), meter.id, day_start(MIDDLE, world.zone), {"import": 500_000}, {}
    )
    for multiplier in ("0", "33.33333"):
        with pytest.raises(InputError, match="is no multiplier"):
            exchange_meter(session, replace(exchange, multiplier=Decimal(multiplier)), author="t")

    exchange_meter(session, replace(exchange, multiplier=Decimal("33.3333")), author="t")
    again = replace(exchange, closing={})
    with pytest.raises(InputError, match="the old meter was hung up at"):
        exchange_meter(session, again, author="t")
