from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.lookups import ids_by_name
from cloud_service.store.scope import Scope
from common.errors import InputError, NotFoundError
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


def test_the_newest_invoice_of_a_number_is_meant(office: Office) -> None:
    newest = office.session.execute(text("SELECT max(id) FROM invoice WHERE number = 'INV-1'")).scalar_one()

    assert newest == ids_by_name.invoice_id(office.session, "INV-1")
    with pytest.raises(NotFoundError, match="there is no bill INV-9"):
        ids_by_name.invoice_id(office.session, "INV-9")
