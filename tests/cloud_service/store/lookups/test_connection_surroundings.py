"""What stands around a connection, on the small operator of the console's tests."""

from datetime import UTC, date, datetime

from sqlalchemy import text

from cloud_service.store.lookups import connection_surroundings as surroundings
from tests.cloud_service.store.conftest import Office

NOW, TODAY = datetime(2026, 11, 20, tzinfo=UTC), date(2026, 11, 20)
OF = "SELECT id, account_id, service_point_id FROM contract WHERE number = 'K-1'"


def test_the_last_index_is_the_opening_until_something_is_read(office: Office) -> None:
    session = office.session
    contract = session.execute(text(OF)).one()
    (unknown,) = surroundings.last_indexes(session, contract.service_point_id, NOW)
    session.execute(
        text("UPDATE meter_mount SET opening = '{\"import\": 7500}' WHERE service_point_id = :point"),
        {"point": contract.service_point_id},
    )
    (known,) = surroundings.last_indexes(session, contract.service_point_id, NOW)

    assert (None, None) == (unknown.value, unknown.at)
    assert ("import", "kWh", 7500) == (known.register, known.unit, known.value)
    assert known.at is not None


def test_who_lived_there_before_and_who_comes_after(office: Office) -> None:
    session = office.session
    contract = session.execute(text(OF)).one()
    during = "UPDATE contract SET during = '[2025-06-01,2026-11-01)' WHERE id = :id"
    session.execute(text(during), {"id": contract.id})
    session.execute(
        text(
            "INSERT INTO contract (number, service_point_id, account_id, during, vacancy)"
            " VALUES ('OLD', :point, :account, '[2025-01-01,2025-06-01)', false),"
            " ('NEW', :point, :account, '[2026-11-01,)', true)"
        ),
        {"point": contract.service_point_id, "account": contract.account_id},
    )
    before, after = surroundings.neighbours(
        session, contract.id, contract.service_point_id, date(2025, 6, 1), date(2026, 11, 1)
    )
    alone = surroundings.neighbours(session, contract.id, contract.service_point_id, date(2025, 1, 1), None)

    assert before is not None
    assert after is not None
    assert ("OLD", "NEW", True) == (before.number, after.number, after.vacancy)
    assert (None, None) == alone


def test_a_deposit_is_held_until_all_of_it_is_released(office: Office) -> None:
    session = office.session
    contract = session.execute(text(OF)).one()
    deposit = session.execute(
        text(
            "INSERT INTO payment (account_id, provider, provider_ref, kind, amount, currency, day, author)"
            " VALUES (:account, 'bank', 'D-1', 'deposit', 200, 'KES', '2026-10-01', 't') RETURNING id"
        ),
        {"account": contract.account_id},
    ).scalar_one()
    (held,) = surroundings.held_deposits(session, contract.account_id)
    session.execute(
        text(
            "INSERT INTO payment (account_id, provider, provider_ref, kind, amount, currency, day, author, facts)"
            " VALUES (:account, 'deposit', 'x', 'payment', 200, 'KES', '2026-11-01', 't',"
            " jsonb_build_object('deposit', cast(:deposit AS bigint)))"
        ),
        {"account": contract.account_id, "deposit": deposit},
    )
    released = surroundings.held_deposits(session, contract.account_id)

    assert 200 == held.left
    assert [] == released


def test_the_bills_of_a_connection_are_its_own(office: Office) -> None:
    session = office.session
    contract = session.execute(text(OF)).one()
    bills = surroundings.connection_bills(session, contract.account_id, contract.id, TODAY)
    none = surroundings.connection_bills(session, contract.account_id, contract.id + 1, TODAY)

    assert ["INV-1"] == [bill.number for bill in bills][-1:]
    assert "INV-1" not in [bill.number for bill in none]
