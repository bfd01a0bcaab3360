"""What billing must know of contracts."""

from datetime import date

import pytest

from cloud_service.store.customers.tables import Account
from cloud_service.store.database.schema import days_from
from cloud_service.store.invoicing.billable_contracts import (
    assigned_tariffs,
    contracts,
    mounted_registers,
    running,
)
from cloud_service.store.tariffs.tables import Tariff, TariffAssignment
from common.period import Span, day_start
from tests.books.world import START, ZONE, World
from tests.cloud_service.store.invoicing.october import OCTOBER

MIDDLE = date(2026, 10, 16)


def test_a_contract_knows_its_account_its_supply_point_and_its_site(world: World) -> None:
    contract, other = contracts(world.session, world.contracts)

    assert ("V1", world.accounts[0], world.entity, "EUR") == (
        contract.number, contract.account_id, contract.entity_id, contract.currency,
    )  # fmt: skip
    assert ("Flat 1", "House", ZONE, {}) == (contract.point, contract.site, contract.timezone, contract.values)
    assert "V2" == other.number


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (START, None, OCTOBER),
        (MIDDLE, None, Span(MIDDLE, OCTOBER.end)),
        (START, MIDDLE, Span(OCTOBER.start, MIDDLE)),
        (START, OCTOBER.start, None),
    ],
)
def test_a_contract_is_billed_on_the_days_on_which_it_runs(
    world: World, start: date, end: date | None, expected: Span | None
) -> None:
    (contract,) = contracts(world.session, [world.tenant(start=start, end=end)])

    assert expected == contract.days_in(OCTOBER)


def test_contracts_that_run_on_a_day_of_the_span_are_its_entity_s(world: World) -> None:
    gone = world.tenant(end=OCTOBER.start)

    assert gone not in running(world.session, world.entity, OCTOBER)
    assert world.contracts[:2] == running(world.session, world.entity, OCTOBER)
    assert [] == running(world.session, world.entity + 1, OCTOBER)


def test_registers_are_found_by_the_point_where_they_were_mounted(world: World) -> None:
    points = [contract.service_point_id for contract in contracts(world.session, world.contracts)]
    first, last = day_start(OCTOBER.start, ZONE), day_start(OCTOBER.end, ZONE)

    mounted = mounted_registers(world.session, points, first, last)

    assert {points[0]: world.registers[:1], points[1]: world.registers[1:]} == {
        point: [register.register_id for register in registers] for point, registers in mounted.items()
    }
    register = mounted[points[0]][0]
    assert ("S1", "import", day_start(START, ZONE), None) == (
        register.meter, register.name, register.mounted, register.dismounted,
    )  # fmt: skip
    assert {} == mounted_registers(world.session, points, day_start(date(2025, 1, 1), ZONE), day_start(START, ZONE))


def test_a_tariff_prices_the_days_of_the_span_on_which_it_is_assigned(world: World) -> None:
    later = Tariff(legal_entity_id=world.entity, code="later", name="later", currency="EUR")
    world.session.add(later)
    world.session.flush()
    contract = world.contracts[0]
    world.session.query(TariffAssignment).filter_by(contract_id=contract).update({"during": days_from(START, MIDDLE)})
    world.session.add(TariffAssignment(contract_id=contract, tariff_id=later.id, during=days_from(MIDDLE)))
    world.session.flush()

    first, second = assigned_tariffs(world.session, world.contracts, OCTOBER)[contract]

    assert (Span(OCTOBER.start, MIDDLE), "flat", 1) == (first.span, first.code, len(first.versions))
    assert (Span(MIDDLE, OCTOBER.end), "later", ()) == (second.span, second.code, second.versions)


def test_an_account_s_billing_day_starts_its_months(world: World) -> None:
    world.session.get_one(Account, world.accounts[0]).billing_day = 15
    world.session.flush()

    assert [15, 1] == [contract.cycle_day for contract in contracts(world.session, world.contracts)]
