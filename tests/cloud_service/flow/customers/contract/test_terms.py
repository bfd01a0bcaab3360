from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from cloud_service.flow import billing_run as running
from cloud_service.flow.billing_run import RunPlan
from cloud_service.flow.customers.contract import (
    change_cycle,
    change_mode,
    change_owner,
    change_tariff,
)
from cloud_service.flow.rate import rate_contracts, rate_shard
from cloud_service.store.metering.tables import Register
from cloud_service.store.tariffs.tables import Tariff
from common.errors import ConflictError
from common.period import Span
from tests.books.world import World
from tests.cloud_service.flow.customers.contract.october import MIDDLE, OCTOBER, bill_october


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


def test_what_was_rated_before_the_tariff_changed_is_not_issued(world: World) -> None:
    run = running.plan(world.session, RunPlan(world.entity, OCTOBER, date(2026, 11, 2), "t"))
    rate_shard(world.session, run.id)
    change_tariff(world.session, world.contracts[0], world.tariff, MIDDLE, author="t", reason="asked")

    parked = world.session.execute(text("SELECT contract_id, reason FROM billing_item WHERE state = 'parked'")).all()
    assert [world.contracts[0]] == [item.contract_id for item in parked]
    assert "the tariff changed after the rating" in parked[0].reason


def tariffs(world: World, contract: int) -> list[tuple[str, date, date | None]]:
    rows = world.session.execute(
        text(
            "SELECT t.code, lower(g.during) AS start, upper(g.during) AS until FROM tariff_assignment g"
            " JOIN tariff t ON t.id = g.tariff_id WHERE g.contract_id = :id ORDER BY 2"
        ),
        {"id": contract},
    )
    return [(row.code, row.start, row.until) for row in rows]


def more_tariffs(world: World, *codes: str) -> list[int]:
    ids = []
    for code in codes:
        row = Tariff(legal_entity_id=world.entity, code=code, name=code, currency="EUR")
        world.session.add(row)
        world.session.flush()
        ids.append(row.id)
    return ids


JANUARY, NOVEMBER_15 = date(2027, 1, 1), date(2026, 11, 15)


def test_a_tariff_that_was_agreed_for_later_survives_another_one_in_between(world: World) -> None:
    dear, between, last = more_tariffs(world, "dear", "between", "last")
    (contract, *_) = world.contracts
    assert change_tariff(world.session, contract, dear, JANUARY, author="t", reason="agreed") is None
    agreed = change_tariff(world.session, contract, between, NOVEMBER_15, author="t", reason="for now")

    assert agreed is not None
    assert ("dear", JANUARY) == (agreed.name, agreed.start)
    assert [("flat", date(2026, 1, 1), NOVEMBER_15), ("between", NOVEMBER_15, JANUARY), ("dear", JANUARY, None)] == (
        tariffs(world, contract)
    )
    # the same day again takes the place of what was agreed for it
    change_tariff(world.session, contract, last, NOVEMBER_15, author="t", reason="better")
    change_tariff(world.session, contract, between, JANUARY, author="t", reason="changed")
    assert [("flat", date(2026, 1, 1), NOVEMBER_15), ("last", NOVEMBER_15, JANUARY), ("between", JANUARY, None)] == (
        tariffs(world, contract)
    )
    audit = world.session.execute(
        text("SELECT after FROM audit WHERE action = 'contract.tariff' ORDER BY id")
    ).scalars().all()  # fmt: skip
    assert ("2027-01-01", "dear") == (audit[1]["until"], audit[1]["then"])


def test_a_new_payer_takes_over_the_tariffs_that_were_agreed_for_later(world: World) -> None:
    dear, last = more_tariffs(world, "dear", "last")
    change_tariff(world.session, world.contracts[0], dear, NOVEMBER_15, author="t", reason="agreed")
    change_tariff(world.session, world.contracts[0], last, JANUARY, author="t", reason="agreed")
    successor = change_owner(world.session, world.contracts[0], world.accounts[1], MIDDLE, author="t", reason="sold")

    assert [("flat", MIDDLE, NOVEMBER_15), ("dear", NOVEMBER_15, JANUARY), ("last", JANUARY, None)] == (
        tariffs(world, successor)
    )


def test_a_mode_that_was_agreed_for_later_survives_another_one_in_between(world: World) -> None:
    account = world.accounts[0]
    change_mode(world.session, account, "prepaid", JANUARY, author="t")
    change_mode(world.session, account, "prepaid", MIDDLE, author="t")
    agreed = change_mode(world.session, account, "postpaid", NOVEMBER_15, author="t")

    assert agreed is not None
    assert ("prepaid", JANUARY) == (agreed.name, agreed.start)
    modes = world.session.execute(
        text("SELECT mode, lower(during) AS start FROM account_mode WHERE account_id = :a ORDER BY 2"), {"a": account}
    ).all()
    assert [
        ("postpaid", date(2026, 1, 1)), ("prepaid", MIDDLE), ("postpaid", NOVEMBER_15), ("prepaid", JANUARY),
    ] == [(mode.mode, mode.start) for mode in modes]  # fmt: skip


def test_the_last_billed_day_keeps_its_tariff_and_the_next_one_may_have_another(world: World) -> None:
    bill_october(world)
    contract = world.contracts[0]
    with pytest.raises(ConflictError, match="days up to 2026-11-01 are billed already"):
        change_tariff(world.session, contract, world.tariff, date(2026, 10, 31), author="t", reason="asked")

    change_tariff(world.session, contract, world.tariff, date(2026, 11, 1), author="t", reason="asked")
