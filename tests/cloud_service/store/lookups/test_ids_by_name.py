from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.lookups import ids_by_name
from cloud_service.store.lookups.ids_by_name import SharedNameError
from cloud_service.store.scope import Scope
from common.errors import InputError, NotFoundError
from tests.books.two_companies import two_companies
from tests.cloud_service.store.conftest import Office

Lookup = Callable[[Session, str, Scope], int]
LOOKUPS: list[tuple[Lookup, str, str, str]] = [
    (ids_by_name.client_id, "client", "number", "C-1"),
    (ids_by_name.account_id, "account", "number", "A-1"),
    (ids_by_name.contract_id, "contract", "number", "K-1"),
    (ids_by_name.site_id, "site", "name", "Lake House"),
    (ids_by_name.point_id, "service_point", "name", "Lake House 1"),
    (ids_by_name.meter_id, "meter", "serial", "M-1"),
    (ids_by_name.tariff_id, "tariff", "code", "T-K-1"),
]


@pytest.mark.parametrize(("lookup", "table", "column", "name"), LOOKUPS, ids=[row[1] for row in LOOKUPS])
def test_a_thing_is_found_by_the_name_people_use_and_only_within_the_scope(
    office: Office, lookup: Lookup, table: str, column: str, name: str
) -> None:
    id_ = office.session.execute(text(f"SELECT id FROM {table} WHERE {column} = :name"), {"name": name}).scalar_one()

    assert [id_, id_] == [lookup(office.session, name, Scope()), lookup(office.session, name, office.kilo)]
    with pytest.raises(NotFoundError, match=f"there is no {table.replace('_', ' ')} {name}"):
        lookup(office.session, name, office.zeta)


def test_a_tariff_is_found_by_its_name_too_and_a_code_goes_before_a_name(office: Office) -> None:
    names = text("UPDATE tariff SET name = :name WHERE code = :code RETURNING id")
    first = office.session.execute(names, {"name": "Home", "code": "T-K-1"}).scalar_one()
    assert first == ids_by_name.tariff_id(office.session, "Home")

    second = office.session.execute(names, {"name": "T-K-1", "code": "T-K-2"}).scalar_one()
    assert (first, second) == tuple(ids_by_name.tariff_id(office.session, code) for code in ("T-K-1", "T-K-2"))
    office.session.execute(names, {"name": "Home", "code": "T-K-2"})
    with pytest.raises(InputError, match="several have the name Home") as refused:
        ids_by_name.tariff_id(office.session, "Home")
    assert "write T-K-1 or T-K-2" == refused.value.hint


@pytest.mark.parametrize("name", ["meter-M-1", "M-1", "Test M-1"])
def test_a_meter_has_three_names(office: Office, name: str) -> None:
    assert ids_by_name.meter_id(office.session, "M-1") == ids_by_name.meter_id(office.session, name)


def test_a_serial_that_two_makers_use_has_to_be_said_with_its_maker(office: Office) -> None:
    office.session.execute(text("INSERT INTO meter (serial, name, maker) VALUES ('M-1', 'other', 'Acme')"))

    with pytest.raises(InputError, match="several have the name M-1") as error:
        ids_by_name.meter_id(office.session, "M-1")
    assert "write Acme M-1 or Test M-1" == error.value.hint
    assert ids_by_name.meter_id(office.session, "Acme M-1") != ids_by_name.meter_id(office.session, "Test M-1")


def test_a_meters_own_name_goes_before_the_serial_of_another(office: Office) -> None:
    office.session.execute(text("INSERT INTO meter (serial, name, maker) VALUES ('77', 'M-1', 'Acme')"))

    assert ids_by_name.meter_id(office.session, "77") == ids_by_name.meter_id(office.session, "M-1")


def test_an_invoice_is_found_by_its_number_and_only_within_the_scope(office: Office) -> None:
    invoice = office.session.execute(text("SELECT id FROM invoice WHERE number = 'INV-1'")).scalar_one()

    assert invoice == ids_by_name.invoice_id(office.session, "INV-1", office.kilo)
    with pytest.raises(NotFoundError, match="there is no bill INV-9"):
        ids_by_name.invoice_id(office.session, "INV-9")
    with pytest.raises(NotFoundError, match="there is no bill INV-1"):
        ids_by_name.invoice_id(office.session, "INV-1", office.zeta)


def test_a_name_that_two_companies_use_is_refused_with_both_and_found_behind_the_company_s(session: Session) -> None:
    first, second = two_companies(session)

    for lookup, name in (
        (ids_by_name.invoice_id, "INV-2026-00001"), (ids_by_name.client_id, "C1"), (ids_by_name.site_id, "House"),
        (ids_by_name.tariff_id, "flat"), (ids_by_name.point_id, "House: Flat 1"), (ids_by_name.point_id, "Flat 1"),
    ):  # fmt: skip
        with pytest.raises(SharedNameError, match=f"several have the name {name}") as refused:
            lookup(session, name)
        full = "House: Flat 1" if name == "Flat 1" else name
        assert f"write Example Energy: {full} or Second Energy: {full}" == refused.value.hint
        assert {first.entity: "Example Energy", second.entity: "Second Energy"} == refused.value.companies
        theirs = [lookup(session, name, Scope(frozenset({world.entity}))) for world in (first, second)]
        assert theirs == [lookup(session, f"{company} Energy: {full}") for company in ("Example", "Second")]
        assert theirs[0] != theirs[1]


def test_who_may_not_know_of_the_other_company_needs_to_say_nothing(session: Session) -> None:
    first, _second = two_companies(session)
    scope = Scope(frozenset({first.entity}))

    assert first.site == ids_by_name.site_id(session, "House", scope)
    with pytest.raises(NotFoundError):
        ids_by_name.site_id(session, "Second Energy: House", scope)


def test_companies_of_one_name_are_told_apart_by_nothing_that_one_could_write(session: Session) -> None:
    two_companies(session, name="Example Energy")

    with pytest.raises(SharedNameError) as refused:
        ids_by_name.site_id(session, "House")
    assert "they belong to several legal entities of one name" == refused.value.hint


def test_names_of_one_connection_tell_each_other_s_company(session: Session) -> None:
    first, second = two_companies(session)
    scopes = [
        ids_by_name.connection_scope(session, "House: Flat 1", account, "flat") for account in ("A1", "A11", "A99")
    ]

    assert [Scope(frozenset({first.entity})), Scope(frozenset({second.entity})), Scope()] == scopes
