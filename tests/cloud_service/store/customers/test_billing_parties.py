"""Who pays and who is paid, as an invoice freezes them."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.pricing.record_json import to_json
from cloud_service.store.customers.billing_parties import parties
from cloud_service.store.customers.contract_changes import set_mode
from common.errors import NotFoundError
from tests.books.world import build

DAY = date(2026, 3, 1)


def test_buyer_and_seller_are_as_they_are_today(session: Session) -> None:
    world = build(session, tenants=1)
    account = world.accounts[0]
    party = parties(session, [account], DAY)[account]

    assert ("Tenant 1", "C1", "A1") == (party.buyer.name, party.buyer.number, party.buyer.account)
    assert ("Example Energy", ["DE02120300000000202051"]) == (
        party.seller.name,
        [bank.iban for bank in party.seller.bank_accounts],
    )
    assert ("EUR", "EUR", "Europe/Berlin", 14, world.entity) == (
        party.currency,
        party.local_currency,
        party.timezone,
        party.terms_days,
        party.entity_id,
    )


def test_the_fields_of_an_address_are_frozen_beside_its_lines(session: Session) -> None:
    account = build(session, tenants=1).accounts[0]
    before = parties(session, [account], DAY)[account]
    fields = "street = 'Kai 1', postcode = '20457', city = 'Hamburg', region = 'HH'"
    session.execute(text(f"UPDATE client SET {fields}"))
    session.execute(text(f"UPDATE legal_entity SET {fields}"))
    party = parties(session, [account], DAY)[account]

    assert not {"street", "postcode", "city", "region"} & {*to_json(before.buyer), *to_json(before.seller)}
    for side in (party.buyer, party.seller):
        assert ("Kai 1", "20457", "Hamburg", "HH") == (side.street, side.postcode, side.city, side.region)


def test_the_mode_is_that_of_the_day(session: Session) -> None:
    account = build(session, tenants=1).accounts[0]
    set_mode(session, account, "prepaid", DAY)

    assert not parties(session, [account], date(2026, 2, 28))[account].prepaid
    assert parties(session, [account], DAY)[account].prepaid


def test_an_account_may_ask_for_an_invoice_per_contract(session: Session) -> None:
    first, second = build(session, tenants=2).accounts
    session.execute(
        text('UPDATE account SET settings = \'{"invoice_per": "contract"}\' WHERE id = :id'), {"id": second}
    )

    assert [False, True] == [
        parties(session, [first, second], DAY)[account].per_contract for account in (first, second)
    ]


def test_an_unknown_account_is_refused(session: Session) -> None:
    account = build(session, tenants=1).accounts[0]

    with pytest.raises(NotFoundError, match=f"account {account + 1} does not exist"):
        parties(session, [account, account + 1], DAY)
