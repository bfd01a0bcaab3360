"""The operator's companies, changed with a trace."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow.customers import legal_entity
from cloud_service.flow.customers.legal_entity import LegalEntityDetails
from cloud_service.store.audit.log import changes
from cloud_service.store.customers.legal_entities import entity_fields
from common.errors import ConflictError, InputError
from tests.books.world import build

LAKE = LegalEntityDetails("Lake Power", "KES", "Africa/Nairobi")


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"name": ""}, "name"),
        ({"currency": "Schilling"}, "currency"),
        ({"timezone": "Moon/Crater"}, "timezone"),
        ({"email": "nobody"}, "email"),
    ],
)
def test_a_wrong_field_is_named(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(InputError) as caught:
        LegalEntityDetails(**{"name": "Lake", "currency": "KES", "timezone": "Africa/Nairobi"} | fields)

    assert path == caught.value.path


def test_a_new_company_leaves_an_audit_row(session: Session) -> None:
    entity = legal_entity.add(session, LAKE, author="mary")

    assert "Lake Power" == entity_fields(session, entity).name
    assert ("entity.add", f"legal_entity:{entity}") == (changes(session)[0].action, changes(session)[0].subject)


def test_a_currency_stays_once_something_was_billed_in_it(session: Session) -> None:
    world = build(session, tenants=1)
    before = entity_fields(session, world.entity)
    details = LegalEntityDetails(before.name, "KES", before.timezone)
    unbilled = legal_entity.edit(session, world.entity, details, author="mary")
    session.execute(
        text("""
INSERT INTO invoice (legal_entity_id, account_id, number, currency, local_currency, net, tax, total, energy,
                     bill_date, due_date, during, seller, buyer, basis, hash)
VALUES (:entity, :account, 'I-1', 'EUR', 'EUR', 0, 0, 0, 0,
        '2026-03-01', '2026-03-15', '[2026-02-01,2026-03-01)', '{}', '{}', '{}', '')
"""),
        {"entity": world.entity, "account": world.accounts[0]},
    )

    assert "currency" in unbilled
    with pytest.raises(ConflictError, match="the currency stays"):
        legal_entity.edit(session, world.entity, LegalEntityDetails(before.name, "EUR", before.timezone), author="mary")


def test_the_same_company_again_is_refused(session: Session) -> None:
    legal_entity.add(session, LAKE, author="mary")

    with pytest.raises(ConflictError, match="there is a company Lake Power already") as refused:
        legal_entity.add(session, LAKE, author="mary")
    assert "name" == refused.value.path


def test_an_address_is_checked_and_printed_by_the_rules_of_its_country(session: Session) -> None:
    world = build(session)
    before = entity_fields(session, world.entity)
    fields = {"street": "1 High St", "postcode": "ls14ap", "city": "Leeds", "country": "GB"}
    details = LegalEntityDetails(before.name, before.currency, before.timezone, **fields)  # type: ignore[arg-type]  # texts
    legal_entity.edit(session, world.entity, details, author="mary")

    after = entity_fields(session, world.entity)
    assert ("1 High St\nLeeds\nLS1 4AP", "LS1 4AP", "checked") == (after.address, after.postcode, after.address_state)
    with pytest.raises(InputError, match="no postcode of GB"):
        legal_entity.edit(session, world.entity, replace(details, postcode="12345"), author="mary")
    new = legal_entity.add(session, replace(details, name="Another"), author="mary")
    assert "checked" == entity_fields(session, new).address_state
