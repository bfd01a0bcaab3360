"""What the database promises of entities, clients and accounts."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.books.world import build


def test_two_clients_of_an_entity_do_not_share_a_number(session: Session) -> None:
    world = build(session, tenants=1)

    with pytest.raises(IntegrityError, match="uq_client_legal_entity_id_number"):
        session.execute(
            text("INSERT INTO client (legal_entity_id, number, name) VALUES (:entity, 'C1', 'Other')"),
            {"entity": world.entity},
        )


def test_an_account_is_never_prepaid_and_postpaid_at_once(session: Session) -> None:
    world = build(session, tenants=1)

    with pytest.raises(IntegrityError, match="ex_account_mode_during"):
        session.execute(
            text("INSERT INTO account_mode (account_id, mode, during) VALUES (:id, 'prepaid', '[2026-06-01,)')"),
            {"id": world.accounts[0]},
        )


def test_a_mode_is_one_of_two(session: Session) -> None:
    world = build(session, tenants=1)

    with pytest.raises(IntegrityError, match="ck_account_mode_mode"):
        session.execute(text("UPDATE account_mode SET mode = 'free' WHERE account_id = :id"), {"id": world.accounts[0]})


def test_a_client_and_an_account_know_each_other(session: Session) -> None:
    from cloud_service.store.customers.tables import Account

    world = build(session, tenants=1)
    account = session.get_one(Account, world.accounts[0])

    assert [account] == account.client.accounts
