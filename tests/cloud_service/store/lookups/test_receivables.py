from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text

from cloud_service.store.lookups import receivables
from cloud_service.store.scope import Scope
from common.errors import NotFoundError
from tests.cloud_service.store.conftest import Office

D = Decimal


def account_id(office: Office, number: str) -> int:
    return int(office.session.execute(text("SELECT id FROM account WHERE number = :n"), {"n": number}).scalar_one())


def test_a_statement_has_every_movement_with_the_balance_after_it(office: Office) -> None:
    rows = receivables.statement(office.session, account_id(office, "A-1"))

    assert [("invoice", D(100), D(100)), ("invoice", D(50), D(150)), ("payment", D(-20), D(130))] == [
        (row.kind, row.amount, row.balance) for row in rows
    ]


def test_a_payment_comes_with_what_it_settled_and_what_can_be_given_back(office: Office) -> None:
    page = receivables.payment(office.session, office.kilo, office.operator.ids["R-1"])

    assert ("A-1", "Amina Wanjiku", D(20), []) == (page.account.number, page.client.name, page.left, page.reversals)
    assert [("INV-2", D(20))] == [(row.number, row.amount) for row in page.settled]
    with pytest.raises(NotFoundError, match="no such payment"):
        receivables.payment(office.session, office.zeta, office.operator.ids["R-1"])


def test_prepaid_accounts_in_need_stand_first_and_only_ones_own(office: Office) -> None:
    for number, state, days in (("A-1", "ok", 9), ("A-2", "critical", 1), ("Z-1", "low", 3)):
        office.session.execute(
            text(
                "INSERT INTO prepaid_state (account_id, state, balance, days_left)"
                " SELECT id, :state, 5, :days FROM account WHERE number = :number"
            ),
            {"number": number, "state": state, "days": days},
        )
    account = account_id(office, "A-2")

    assert ["A-2", "A-1"] == [row.number for row in receivables.prepaid(office.session, office.kilo)]
    assert ["A-1"] == [row.number for row in receivables.prepaid(office.session, office.amina)]
    assert ["A-2"] == [row.number for row in receivables.prepaid(office.session, office.kilo, account)]
    assert 3 == len(receivables.prepaid(office.session, Scope()))


def test_orders_to_gateways_stand_newest_first(office: Office) -> None:
    for kind, state in (("disconnect", "done"), ("reconnect", "waiting")):
        office.session.execute(
            text(
                "INSERT INTO gateway_command (service_point_id, meter_id, account_id, kind, state, reason, author,"
                " sent_at) SELECT p.id, m.id, a.id, :kind, :state, 'prepaid', 'test', :at"
                " FROM service_point p, meter m, account a"
                " WHERE p.name = 'Lake Shop 1' AND m.serial = 'M-2' AND a.number = 'A-2'"
            ),
            {"kind": kind, "state": state, "at": datetime(2026, 11, 20, tzinfo=UTC)},
        )

    assert [("reconnect", "A-2", "M-2"), ("disconnect", "A-2", "M-2")] == [
        (row.kind, row.account, row.serial) for row in receivables.commands(office.session, office.kilo)
    ]
    assert [] == receivables.commands(office.session, office.zeta)


def test_a_plan_stands_with_its_instalments_in_sum(office: Office) -> None:
    plan = office.session.execute(
        text("INSERT INTO payment_plan (account_id, author) VALUES (:a, 'mary') RETURNING id"),
        {"a": account_id(office, "A-1")},
    ).scalar_one()
    for day, amount in (("2026-12-01", 50), ("2027-01-01", 80)):
        office.session.execute(
            text("INSERT INTO plan_instalment (payment_plan_id, due_date, amount) VALUES (:p, :d, :m)"),
            {"p": plan, "d": day, "m": amount},
        )
    (row,) = receivables.plans(office.session, office.kilo)

    assert ("active", "A-1", 2, D(130), "2026-12-01") == (
        row.state, row.account, row.parts, row.amount, row.first.isoformat(),
    )  # fmt: skip
