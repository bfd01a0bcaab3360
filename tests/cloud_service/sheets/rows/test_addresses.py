"""Addresses in the rows of a sheet: in fields, as one text, exported and imported again."""

from dataclasses import astuple
from datetime import date

import pytest
from sqlalchemy import text

from cloud_service.flow.customers.client import ClientDetails, edit_client
from cloud_service.sheets.export_sheets import export_sheet
from cloud_service.sheets.files.sheet_file import SheetFile
from cloud_service.sheets.import_sheet import ImportOrder, import_sheet
from cloud_service.sheets.report import SheetReport
from cloud_service.store.customers.clients import ClientFields, client_fields
from cloud_service.store.lookups import ids_by_name
from cloud_service.store.metering.sites_and_meters import site_fields
from cloud_service.store.scope import Scope
from tests.books.world import World, build

DAY = date(2026, 11, 27)
GERMAN = "Kundennummer;Name;Adresse;PLZ;Ort;Land"


@pytest.fixture
def world(session: object) -> World:
    world = build(session, tenants=1)  # type: ignore[arg-type]  # the fixture's session
    world.session.commit()
    return world


def imported(world: World, head: str, *rows: str, kind: str = "clients") -> SheetReport:
    order = ImportOrder(world.entity, "test", DAY, kind=kind)
    report = import_sheet(world.session, SheetFile(f"{kind}.csv", "\n".join((head, *rows)).encode()), order)
    world.session.commit()
    return report


def client(world: World, number: str) -> ClientFields:
    return client_fields(world.session, ids_by_name.client_id(world.session, number, Scope()))


def faults(report: SheetReport) -> list[tuple[str, str]]:
    return [(fault.column, fault.hint) for row in report.rows for fault in row.faults]


def test_street_postcode_and_city_are_fields_also_where_the_street_is_called_address(world: World) -> None:
    imported(
        world,
        GERMAN,
        "C-7;Anna;Kai 1;20457;Hamburg;DE",
        "C-8;Bo;Weg 2;10115;Berlin;DE",
    )
    imported(world, "client no.,client,street,zip,city,state,country", "C-9,Cy,1 Main,62704,Springfield,Illinois,US")

    for number, street, city in (("C-7", "Kai 1", "20457 Hamburg"), ("C-8", "Weg 2", "10115 Berlin")):
        fields = client(world, number)
        assert (street, f"{street}\n{city}", "checked") == (fields.street, fields.address, fields.address_state)
    assert "1 Main\nSpringfield, IL 62704" == client(world, "C-9").address


def test_the_country_is_the_companys_unless_given(world: World) -> None:
    world.session.execute(text("UPDATE legal_entity SET country = 'AT'"))
    imported(world, "client no.,client,street,postcode,city", "C-7,Anna,Ring 1,1010,Wien")

    assert ("AT", "checked") == (client(world, "C-7").country, client(world, "C-7").address_state)


def test_one_text_is_read_and_marked_and_twice_is_refused(world: World) -> None:
    head = "client no.;client;address;street;postcode;city;country"
    twice = imported(world, head, "C-8;Bo;Weg 2;Weg 2;10115;Berlin;DE")
    assert [("address", "leave one of the columns out")] == faults(twice)
    imported(world, head, r"C-7;Anna;Kai 1\n20457 Hamburg;;;;DE")

    fields = client(world, "C-7")
    assert ("read", "20457", "Hamburg") == (fields.address_state, fields.postcode, fields.city)


def test_what_does_not_fit_is_said_at_its_column_or_kept_as_written(world: World) -> None:
    head = "client no.,client,street,postcode,city,country,address check"
    assert [("postcode", "for example 26133, or keep it as it is written")] == faults(
        imported(world, head, "C-7,Anna,Kai 1,2045,Hamburg,DE,")
    )
    imported(world, head, "C-7,Anna,Kai 1,2045,Hamburg,DE,as_written")
    assert ("2045", "as_written") == (client(world, "C-7").postcode, client(world, "C-7").address_state)


def test_the_same_row_again_changes_nothing_and_another_postcode_is_refused(world: World) -> None:
    head = "client no.,client,street,postcode,city,country"
    imported(world, head, "C-7,Ann,1 High St,LS1 4AP,Leeds,GB")

    assert [] == faults(imported(world, head, "C-7,Ann,1 High St,ls14ap,Leeds,GB"))
    ((column, _hint),) = faults(imported(world, head, "C-7,Ann,1 High St,LS1 4AB,Leeds,GB"))
    assert "postcode" == column


@pytest.mark.parametrize(
    "address",
    [
        {"street": "Kai 1\nHof", "postcode": "20457", "city": "Hamburg", "country": "DE"},
        {"street": "Kai 1", "postcode": "?", "city": "Hamburg", "country": "DE", "address_state": "as_written"},
        {"address": "Kai 1\n20457 Hamburg", "country": "DE"},
        {"einvoice": "peppol_ubl", "electronic_address": "0088:7300010000001"},
    ],
)
def test_what_is_exported_is_taken_in_elsewhere_as_it_was(world: World, address: dict[str, str]) -> None:
    client_id = ids_by_name.client_id(world.session, "C1", Scope())
    edit_client(world.session, client_id, ClientDetails("Ann", **address), author="t")  # type: ignore[arg-type]  # texts
    before = client_fields(world.session, client_id)
    sheet = export_sheet(world.session, world.entity, "clients", DAY, form="csv").decode("utf-8-sig")

    assert [] == faults(imported(world, sheet))  # the same once more
    imported(world, sheet.replace("C1", "C-2"))
    assert astuple(before) == astuple(client(world, "C-2"))


def test_a_site_has_its_fields_too(world: World) -> None:
    head = "site,site street,site postcode,site city,site country"
    assert [("site_postcode", "for example 26133, or keep it as it is written")] == faults(
        imported(world, head, "Hof,Hof 1,1,Berlin,DE", kind="sites")
    )
    imported(world, head, "Hof,Hof 1,10115,Berlin,DE", kind="sites")
    site = site_fields(world.session, ids_by_name.site_id(world.session, "Hof", Scope()))
    assert ("Hof 1\n10115 Berlin", "10115", "checked") == (site.address, site.postcode, site.address_state)
    sheet = export_sheet(world.session, world.entity, "sites", DAY, form="csv").decode("utf-8-sig")
    assert "Hof 1" in sheet
    assert [] == faults(imported(world, sheet, kind="sites"))
