from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow import billing_run as running
from cloud_service.flow.billing_run import RunPlan
from cloud_service.flow.customers.contract import (
    MeterExchange,
    MoveIn,
    change_cycle,
    change_mode,
    change_owner,
    change_tariff,
    exchange_meter,
    move_in,
    move_out,
)
from cloud_service.flow.issue import issue_shard
from cloud_service.flow.rate import rate_contracts, rate_shard
from cloud_service.store.customers import contract_changes
from cloud_service.store.metering.tables import Meter, Register
from common.errors import ConflictError
from common.period import Span, day_start
from tests.books.world import World, build

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
MIDDLE = date(2026, 10, 16)
POINT = "SELECT service_point_id FROM contract WHERE id = :id"


@pytest.fixture
def world(session: Session) -> World:
    world = build(session, tenants=3)
    for register in world.registers:
        world.readings(register, OCTOBER)
    session.commit()
    return world


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


def test_a_new_tenant_and_the_old_one_are_billed_their_own_days(world: World) -> None:
    move_out(world.session, world.contracts[0], MIDDLE, author="t")
    move_in(
        world.session,
        MoveIn("V9", point(world, world.contracts[0]), world.accounts[1], world.tariff, MIDDLE),
        author="t",
    )
    bills = bill_october(world)

    assert [("A1", date(2026, 10, 1), MIDDLE), ("A2", date(2026, 10, 1), date(2026, 11, 1)),
            ("A2", MIDDLE, date(2026, 11, 1)), ("A3", date(2026, 10, 1), date(2026, 11, 1))] == [
        (bill.account, bill.start, bill.until) for bill in bills
    ]  # fmt: skip
    assert 298_000 * 3 == sum(bill.energy for bill in bills)


def test_nobody_moves_in_where_somebody_lives(world: World) -> None:
    with pytest.raises(ConflictError, match="runs on"):
        move_in(
            world.session, MoveIn("V9", point(world, world.contracts[0]), world.accounts[1], world.tariff, MIDDLE),
            author="t",
        )  # fmt: skip


def test_an_empty_flat_is_charged_to_its_owner_until_the_next_tenant(world: World) -> None:
    here = point(world, world.contracts[0])
    contract_changes.set_vacancy(world.session, here, world.accounts[2], world.tariff)
    vacant = move_out(world.session, world.contracts[0], date(2026, 10, 11), author="t")
    move_in(world.session, MoveIn("V9", here, world.accounts[1], world.tariff, date(2026, 10, 21)), author="t")

    assert vacant is not None
    contract = contract_changes.stored_contract(world.session, vacant)
    assert (world.accounts[2], date(2026, 10, 11), date(2026, 10, 21)) == (
        contract.account_id,
        contract.start,
        contract.end,
    )


def test_days_that_are_billed_cannot_be_given_up_without_a_credit_note(world: World) -> None:
    bill_october(world)

    with pytest.raises(ConflictError, match="billed already"):
        move_out(world.session, world.contracts[0], MIDDLE, author="t")


def test_a_change_of_owner_keeps_point_and_tariff(world: World) -> None:
    new = change_owner(world.session, world.contracts[0], world.accounts[1], MIDDLE, author="t", reason="sold")
    contract = contract_changes.stored_contract(world.session, new)

    assert (point(world, world.contracts[0]), world.accounts[1]) == (contract.service_point_id, contract.account_id)


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


def test_a_quarterly_account_is_billed_when_the_quarter_ends(world: World) -> None:
    change_cycle(world.session, world.accounts[0], "quarterly", 1, author="t")
    run = running.plan(world.session, RunPlan(world.entity, OCTOBER, date(2026, 11, 2), "t"))
    contracts = world.session.execute(
        text("SELECT contract_id FROM billing_item WHERE billing_run_id = :r ORDER BY 1"), {"r": run.id}
    ).scalars()

    assert world.contracts[1:] == list(contracts)


def test_a_tariff_changed_in_the_month_prices_each_part_by_its_own(world: World) -> None:
    from cloud_service.domain.tariffs.tariff import load_tariff
    from cloud_service.store.database.schema import days_from
    from cloud_service.store.tariffs.tables import Tariff, TariffVersion
    from tests.books.world import FLAT, START

    dear = FLAT | {"id": "dear", "charges": [{"kind": "energy", "label": "Dear", "price": "1.00"}]}
    row = Tariff(legal_entity_id=world.entity, code="dear", name="dear", currency="EUR")
    world.session.add(row)
    world.session.flush()
    world.session.add(
        TariffVersion(tariff_id=row.id, during=days_from(START), document=dear, hash=load_tariff(dear).versions[0].hash)
    )
    world.session.flush()
    change_tariff(world.session, world.contracts[0], row.id, MIDDLE, author="t", reason="asked")
    rated = rate_contracts(world.session, world.contracts[:1], OCTOBER)[0].rated

    assert rated is not None
    # 15 days: 144 kWh × 0.30 = 43.20, 15/31 of 10.00 = 4.84; 16 days with an hour more: 154 kWh × 1.00
    assert ["43.20", "4.84", "154.00"] == [str(line.amount) for line in rated.lines]
    assert (Decimal("202.04"), Decimal("38.39")) == (rated.net, rated.tax)  # one VAT on the sum of both parts


def test_a_kept_credit_is_used_once_when_the_tariff_changes_in_the_month(world: World) -> None:
    """The first tariff's surplus goes to the second, which does not begin again from the invoice before."""
    from cloud_service.domain.tariffs.tariff import load_tariff
    from cloud_service.store.database.schema import days_from
    from cloud_service.store.tariffs.tables import Tariff, TariffVersion
    from tests.books.world import START

    rows = []
    for name, price in (("net", "0.30"), ("dear-net", "1.00")):
        charge = {"kind": "energy", "price": price, "netting": {"against": "export"}}
        document = {"id": name, "currency": "EUR", "charges": [charge]}
        row = Tariff(legal_entity_id=world.entity, code=name, name=name, currency="EUR")
        world.session.add(row)
        world.session.flush()
        hash_ = load_tariff(document).versions[0].hash
        world.session.add(TariffVersion(tariff_id=row.id, during=days_from(START), document=document, hash=hash_))
        rows.append(row.id)
    register = Register(
        meter_id=world.session.get_one(Register, world.registers[0]).meter_id,
        name="export", direction="export", unit="kWh", kind="index",
    )  # fmt: skip
    world.session.add(register)
    world.session.flush()
    contract = world.contracts[0]
    world.readings(register.id, Span(OCTOBER.start, MIDDLE), wh=150)
    world.readings(register.id, Span(MIDDLE, OCTOBER.end), wh=0)
    change_tariff(world.session, contract, rows[0], OCTOBER.start, author="t", reason="asked")
    change_tariff(world.session, contract, rows[1], MIDDLE, author="t", reason="asked")
    rated = rate_contracts(world.session, [contract], OCTOBER)[0].rated

    assert rated is not None
    # 15 days × 96 × (0.1 - 0.15) kWh = -72 kWh are kept; then (16 × 96 + 4) × 0.1 - 72 = 82 kWh × 1.00
    assert ["0.00", "82.00"] == [str(line.amount) for line in rated.lines]
    assert {} == rated.history.energy_credit["energy"]


def test_an_account_changes_to_prepaid_on_a_day(world: World) -> None:
    change_mode(world.session, world.accounts[0], "prepaid", MIDDLE, author="t")
    modes = world.session.execute(
        text("SELECT mode, lower(during) AS start FROM account_mode WHERE account_id = :a ORDER BY 2"),
        {"a": world.accounts[0]},
    ).all()

    assert [("postpaid", date(2026, 1, 1)), ("prepaid", MIDDLE)] == [(mode.mode, mode.start) for mode in modes]
