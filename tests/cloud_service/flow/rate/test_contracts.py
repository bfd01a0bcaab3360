"""Contracts and a span in, rated contracts out."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.rating.rated_contract import MonthlyUse, RatedContract
from cloud_service.flow.billing_run import RunPlan, plan
from cloud_service.flow.issue import issue
from cloud_service.flow.rate import contracts as contracts_module
from cloud_service.flow.rate import matrices, rate_again, rate_contracts, rate_shard, rate_so_far, rating_job
from cloud_service.store.invoicing import billing_run_items
from cloud_service.store.invoicing.billing_run_items import items
from common.errors import ConflictError
from common.period import Span
from tests.books.world import FLAT, World, build

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
NOVEMBER = Span(date(2026, 11, 1), date(2026, 12, 1))
MIDDLE = date(2026, 10, 16)


@pytest.fixture
def world(session: Session) -> World:
    """Two tenants; the first has readings: 298 kWh in October, 288 in November."""
    world = build(session, tenants=2)
    world.readings(world.registers[0], OCTOBER)
    world.readings(world.registers[0], NOVEMBER)
    return world


def rated(world: World, span: Span = OCTOBER) -> RatedContract:
    """The first tenant's rating."""
    contract = rate_contracts(world.session, world.contracts[:1], span)[0].rated
    assert contract is not None
    return contract


def test_a_rated_contract_names_its_meters_tariffs_and_what_was_read(world: World) -> None:
    contract = rated(world)

    assert (Decimal("99.40"), Decimal("18.89"), Decimal("118.29")) == (contract.net, contract.tax, contract.total)
    assert ("V1", "Flat 1", ("S1",)) == (contract.contract.number, contract.contract.point, contract.contract.meters)
    assert [("supply", "flat", OCTOBER.start, OCTOBER.end)] == [
        (tariff.role, tariff.code, tariff.start, tariff.end) for tariff in contract.contract.tariffs
    ]
    assert [(world.registers[0], 298_000)] == [(source.register_id, source.counted) for source in contract.sources]


def test_who_cannot_be_rated_comes_back_with_the_reason_in_the_order_of_the_contracts(world: World) -> None:
    gone = world.tenant(end=OCTOBER.start)

    outcomes = rate_contracts(world.session, [gone, *world.contracts[:2]], OCTOBER)

    assert [*world.contracts[:2], gone] == [outcome.contract.id for outcome in outcomes]
    assert [True, False, False] == [outcome.rated is not None for outcome in outcomes]
    assert "has no readings" in outcomes[1].reason
    assert ("the contract does not run in these days", None) == (outcomes[2].reason, outcomes[2].span)


def test_who_moves_out_is_rated_to_the_last_day(world: World) -> None:
    contract = world.tenant(end=MIDDLE)
    world.readings(world.registers[2], OCTOBER)

    (outcome,) = rate_contracts(world.session, [contract], OCTOBER)

    assert Span(OCTOBER.start, MIDDLE) == outcome.span
    assert outcome.rated is not None
    assert MIDDLE == outcome.rated.end


def test_months_before_come_from_the_readings_and_then_from_the_invoice_before(world: World) -> None:
    world.readings(world.registers[0], Span(date(2026, 9, 30), OCTOBER.start))
    september = MonthlyUse(date(2026, 9, 1), 9_600)
    october = MonthlyUse(OCTOBER.start, 298_000)
    first = rated(world)
    assert (september, october) == first.usage

    issue(world.session, [first], bill_date=NOVEMBER.start, author="t")
    world.session.execute(text("DELETE FROM interval_day WHERE day < '2026-11-01'"))

    assert (september, october, MonthlyUse(NOVEMBER.start, 288_000)) == rated(world, NOVEMBER).usage


def test_the_first_bill_of_a_tenant_shows_nothing_of_who_lived_there_before(world: World) -> None:
    world.readings(world.registers[0], Span(date(2026, 8, 1), OCTOBER.start))
    world.session.execute(
        text("UPDATE contract SET during = '[2026-09-29,)' WHERE id = :id"), {"id": world.contracts[0]}
    )
    world.session.execute(text("UPDATE meter_mount SET multiplier = 40"))

    # two days of September, and October, with the current transformers
    assert (MonthlyUse(date(2026, 9, 1), 40 * 19_200), MonthlyUse(OCTOBER.start, 40 * 298_000)) == rated(world).usage


def test_months_of_who_lived_there_before_in_an_old_bill_go_no_further(world: World) -> None:
    world.readings(world.registers[0], Span(date(2026, 9, 30), OCTOBER.start))
    issue(world.session, [rated(world)], bill_date=NOVEMBER.start, author="t")
    world.session.execute(
        text("UPDATE contract SET during = '[2026-10-01,)' WHERE id = :id"), {"id": world.contracts[0]}
    )

    assert [OCTOBER.start, NOVEMBER.start] == [use.month for use in rated(world, NOVEMBER).usage]


def test_without_a_chart_only_the_rated_month_is_there(world: World) -> None:
    world.readings(world.registers[0], Span(date(2026, 9, 30), OCTOBER.start))

    contract = rate_contracts(world.session, world.contracts[:1], OCTOBER, chart=False)[0].rated

    assert contract is not None
    assert (MonthlyUse(OCTOBER.start, 298_000),) == contract.usage


def test_an_invoice_s_days_are_rated_as_they_are_now(world: World) -> None:
    issued = issue(world.session, [rated(world)], bill_date=NOVEMBER.start, author="t")[0]

    assert [issued.draft.total] == [contract.total for contract in rate_again(world.session, issued.id)]

    world.session.execute(text("DELETE FROM interval_day"))
    with pytest.raises(ConflictError, match="contract V1 cannot be rated anew"):
        rate_again(world.session, issued.id)


def test_what_days_cost_so_far_counts_what_is_there(world: World) -> None:
    """Ten days of October are missing: (21 × 9.6 + 0.4) kWh × 0.30 and 10.00, with 19 % of VAT."""
    world.session.execute(text("DELETE FROM interval_day WHERE day < '2026-10-11'"))

    costs = rate_so_far(world.session, dict.fromkeys(world.contracts, OCTOBER))

    assert (Decimal("84.01"), "") == costs[world.contracts[0]]
    assert (Decimal("11.90"), "") == costs[world.contracts[1]]


def test_days_of_another_zone_park_one_contract_and_no_other(world: World) -> None:
    """October has a day of 25 hours in Berlin; the second tenant's days were made while the site said UTC."""
    world.zone = "UTC"
    world.readings(world.registers[1], OCTOBER)
    run_id = plan(world.session, RunPlan(world.entity, OCTOBER, NOVEMBER.start, "t")).id
    rate_shard(world.session, run_id)

    first, second = items(world.session, run_id)
    assert ("rated", "parked") == (first.state, second.state)
    assert "days of register import of meter S2 were made for another time zone than Europe/Berlin" in second.reason


@pytest.mark.parametrize("place", ["metered_usage", "rate_batch", "rating_of", "join", "to_json"])
def test_whatever_a_contract_raises_it_alone_is_parked_with_the_text(
    world: World, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    modules = {"metered_usage": rating_job, "rate_batch": matrices, "rating_of": matrices, "join": contracts_module}
    module = modules.get(place, billing_run_items)
    work, calls = getattr(module, place), []
    world.readings(world.registers[1], OCTOBER)

    def fails(*arguments: Any, **options: Any) -> Any:
        calls.append(arguments)
        if len(calls) % 2 == 0 or (place == "rate_batch" and len(arguments[1]) > 1):
            raise RuntimeError("a fault of ours")
        return work(*arguments, **options)

    monkeypatch.setattr(module, place, fails)
    run_id = plan(world.session, RunPlan(world.entity, OCTOBER, NOVEMBER.start, "t")).id
    assert 2 == rate_shard(world.session, run_id)

    run_items = items(world.session, run_id)
    assert "waiting" not in {item.state for item in run_items}
    assert {"something went wrong here (RuntimeError: a fault of ours); the log has more"} == {
        item.reason for item in run_items if item.state == "parked"
    }


def test_a_contract_that_was_taken_back_runs_on_no_day_and_keeps_no_other_back(world: World) -> None:
    other = world.tenant(start=OCTOBER.start)
    world.session.execute(text("UPDATE contract SET during = 'empty' WHERE id = :id"), {"id": world.contracts[0]})

    gone, rated = rate_contracts(world.session, [world.contracts[0], other], OCTOBER)

    assert ("the contract does not run in these days", None) == (gone.reason, gone.span)
    assert other == rated.contract.id
    assert "not run" not in rated.reason


def test_a_shard_keeps_what_it_rates_and_parks_the_rest(world: World) -> None:
    run_id = plan(world.session, RunPlan(world.entity, OCTOBER, NOVEMBER.start, "t")).id

    assert 2 == rate_shard(world.session, run_id)
    assert 0 == rate_shard(world.session, run_id)
    assert [("V1", "rated"), ("V2", "parked")] == [(i.contract, i.state) for i in items(world.session, run_id)]


def test_a_contract_that_ended_after_the_run_was_planned_is_parked(world: World) -> None:
    run_id = plan(
        world.session, RunPlan(world.entity, OCTOBER, NOVEMBER.start, "t", contract_ids=world.contracts[:1])
    ).id
    world.session.execute(text("UPDATE contract SET during = '[2026-01-01,2026-10-16)' WHERE number = 'V1'"))

    rate_shard(world.session, run_id)

    (item,) = items(world.session, run_id)
    assert ("parked", True) == (item.state, "the contract runs only" in item.reason)


def _as(world: World, utility: str, unit: str, *names: str) -> None:
    """Let the first tenant's meter count something else, by one register or several."""
    session, point = world.session, "SELECT service_point_id FROM contract WHERE number = 'V1'"
    session.execute(text(f"UPDATE service_point SET utility = :utility WHERE id = ({point})"), {"utility": utility})
    quantity = "volume" if unit == "m3" else "active_energy"
    meter = "(SELECT meter_id FROM register WHERE id = :id)"
    for name in names[1:]:
        added = session.execute(
            text(
                "INSERT INTO register (meter_id, name, unit, kind, quantity)"
                f" VALUES ({meter}, :name, :unit, 'index', :quantity) RETURNING id"
            ),
            {"id": world.registers[0], "name": name, "unit": unit, "quantity": quantity},
        ).scalar_one()
        world.readings(added, OCTOBER, wh=10)
    session.execute(
        text("UPDATE register SET name = :name, unit = :unit, quantity = :quantity WHERE id = :id"),
        {"id": world.registers[0], "name": names[0], "unit": unit, "quantity": quantity},
    )


@pytest.mark.parametrize(
    ("utility", "unit", "names", "counted"),
    [
        ("water", "m3", ("volume",), (298_000, 0)),
        ("heat", "kWh", ("energy",), (298_000, 298_000)),
        ("gas", "m3", ("volume",), (298_000, 0)),
        ("electricity", "kWh", ("ht", "nt"), (327_800, 327_800)),
    ],
)
def test_each_utility_says_what_was_used_in_its_unit_and_only_kilowatt_hours_are_energy(
    session: Session, utility: str, unit: str, names: tuple[str, ...], counted: tuple[int, int]
) -> None:
    world = build(session, tariff={**FLAT, "charges": FLAT["charges"][1:]}, tenants=1)
    world.readings(world.registers[0], OCTOBER)
    _as(world, utility, unit, *names)
    contract = rated(world)

    assert (counted, unit) == ((contract.counted, contract.energy), contract.unit)
    assert (MonthlyUse(OCTOBER.start, counted[0]),) == contract.usage


def test_a_longer_cycle_says_the_use_of_each_of_its_months(world: World) -> None:
    both = Span(OCTOBER.start, NOVEMBER.end)

    assert (MonthlyUse(OCTOBER.start, 298_000), MonthlyUse(NOVEMBER.start, 288_000)) == rated(world, both).usage


def test_a_contract_that_ends_says_until_when(world: World) -> None:
    world.session.execute(
        text("UPDATE contract SET during = daterange(lower(during), '2026-11-01') WHERE number = 'V1'")
    )

    assert NOVEMBER.start == rated(world).contract.until
