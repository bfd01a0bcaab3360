"""What single rows may say, beyond the walks of tests/cloud_service/cli/customers/test_sheets.py."""

from datetime import date

import pytest
from sqlalchemy import text

from cloud_service.sheets.files.sheet_file import SheetFile
from cloud_service.sheets.import_sheet import ImportOrder, check_sheet, import_sheet
from cloud_service.sheets.report import SheetReport
from common.errors import InputError
from tests.books.world import World, build

TODAY = date(2026, 11, 27)
HEAD = "Site,Flat,Client,Since,Until,Serial,Opening,Tariff,E-mail,Client no.,Account,Currency,Utility\n"


@pytest.fixture
def world(session: object) -> World:
    return build(session, tenants=1)  # type: ignore[arg-type]  # the fixture's session


def imported(world: World, *rows: str, **order: object) -> SheetReport:
    padded = [row + "," * (HEAD.count(",") - row.count(",")) for row in rows]
    file = SheetFile("flats.csv", (HEAD + "\n".join(padded)).encode())
    return import_sheet(world.session, file, ImportOrder(world.entity, "test", TODAY, **order), good_rows=True)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("row", "column", "why"),
    [
        (",1,Ann", "site", "this is needed"),
        ("Dock,1,Ann", "start", "since when"),
        ("Dock,1,Ann,2026-10-01", "tariff", "by which tariff"),
        ("Dock,1,Ann,2026-10-01,,,,moon", "tariff", "no such tariff"),
        ("Dock,1,,2026-10-01,,,,flat", "client", "a connection needs a client"),
        ("Dock,1,Ann,2026-10-01,2026-09-01,,,flat", "end", "is not after"),
        ("Dock,1,,,,D1", "mounted", "since when the meter hangs"),
        ("Dock,1,,,,,5", "meter", "an opening index, but no meter"),
        ("Dock,1,,,,,,,,,,,steam", "utility", "no utility"),
        ("House,Flat 1,Bob,2026-10-01,,,,flat", "client", "connection V1 of Tenant 1 runs there since 2026-01-01"),
        ("Dock,1,Ann,2026-10-01,,,,flat,,,A1", "account", "this account is of client C1"),
        ("Dock,1,Ann,2026-10-01,,,,flat,,,,USD", "tariff", "the account in USD"),
        ("Dock,1,Tenant 1,2026-10-01,,,,flat,other@x.example,C1", "email", "is there with 'tenant1@example.com'"),
    ],
)
def test_a_row_that_cannot_be_is_said_at_its_column(world: World, row: str, column: str, why: str) -> None:
    report = imported(world, row)
    faults = [fault for outcome in report.rows for fault in outcome.faults]

    assert [column] == [fault.column for fault in faults]
    assert why in faults[0].why
    assert 0 == report.import_id


def test_a_tenant_follows_another_and_one_client_has_two_flats(world: World) -> None:
    report = imported(
        world,
        "Dock,1,Ann,2026-10-01,2026-11-01,D1,5,flat,ann@x.example",
        "Dock,1,Bob,2026-11-01,,D1,,flat",
        "Dock,2,ann,2026-11-01,,D2,0,Flat,ANN@x.example",
    )

    assert ["new"] * 3 == [row.state for row in report.rows], report.as_json()["faults"]
    assert {"client": 2, "account": 2, "contract": 3, "meter": 2, "site": 1} == {
        name: report.counts[name] for name in ("client", "account", "contract", "meter", "site")
    }


def test_water_is_counted_in_cubic_metres(world: World) -> None:
    imported(world, "Dock,1,Ann,2026-10-01,,W1,5,flat,,,,,water")

    rows = world.session.execute(text("SELECT unit, quantity FROM register ORDER BY id DESC LIMIT 1")).all()
    assert [("m3", "volume")] == [tuple(row) for row in rows]


def test_a_check_stores_nothing_and_says_what_the_import_says(world: World) -> None:
    file = SheetFile("flats.csv", (HEAD + "Dock,1,Ann,2026-10-01,,D1,5,flat,,,,,\n").encode())
    order = ImportOrder(world.entity, "test", TODAY)

    checked = check_sheet(world.session, file, order)
    assert 1 == world.session.execute(text("SELECT count(*) FROM client")).scalar_one()
    done = import_sheet(world.session, file, order)

    assert (checked.rows, checked.counts) == (done.rows, done.counts)


def test_an_order_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(InputError, match="no kind of sheet"):
        ImportOrder(1, "test", TODAY, kind="horses")
    with pytest.raises(InputError, match="no order of days"):
        ImportOrder(1, "test", TODAY, order="ydm")
    with pytest.raises(InputError, match="before no decimals"):
        ImportOrder(1, "test", TODAY, mark=";")


def test_a_register_is_named_as_its_gateway_names_it_and_counts_what_is_fed_in(world: World) -> None:
    file = SheetFile(
        "flats.csv",
        b"Site,Flat,Serial,Register,Mounted on\nDock,1,D1,energy_import_total + energy_export_total,2026-10-01\n",
    )
    import_sheet(world.session, file, ImportOrder(world.entity, "test", TODAY), good_rows=False)

    assert [("energy_import_total", "import"), ("energy_export_total", "export")] == [
        tuple(row)
        for row in world.session.execute(
            text("SELECT r.name, r.direction FROM register r JOIN meter t ON t.id = r.meter_id WHERE t.serial = 'D1'")
        )
    ]


STRANGE = """\
Mieterliste Hafenhof;;;;;;;;
;;;;;;;;
Liegenschaft;Wohnung;Mieter;Einzug;Zähler-Nr.;Stand;Tarif;Telefon;Kundennummer
;;;TT.MM.JJJJ;;[kWh];;;
Dock;1;"Petersen; Jörg";1. Dez. 2026;D1;1.234,50 kWh;flat;040 1;10001
Dock;2;Ann;01.12.26;D2;1.200.000;flat;;10002
Dock;2;Ann;01.12.26;D2;1.200.000;flat;;10002
Dock;3;Ben;46357;D3;0;flat;4,94012E+11;10003
Dock;4;Cid;#REF!;D4;0;flat;;345
Summe;;;;;1.201.234,50;;;
"""


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_list_as_people_have_it(world: World, encoding: str) -> None:
    file = SheetFile("list.csv", STRANGE.encode(encoding))

    report = import_sheet(world.session, file, ImportOrder(world.entity, "test", TODAY), good_rows=True)

    said = report.as_json()
    assert (2, 1, 2) == (said["new"], said["same"], said["refused"]), said["faults"]
    assert [(8, "Telefon"), (9, "Einzug")] == [(fault["row"], fault["column"]) for fault in said["faults"]]
    assert [(9, "Kundennummer", "345", "00345")] == [tuple(warning.values()) for warning in said["warnings"]]
    assert 2 == len(said["notes"])
    rows = world.session.execute(
        text("SELECT c.name, n.opening FROM meter_mount n JOIN contract k USING (service_point_id) JOIN account a"
             " ON a.id = k.account_id JOIN client c ON c.id = a.client_id WHERE n.opening <> '{}' ORDER BY n.id")
    ).all()  # fmt: skip
    assert [("Petersen; Jörg", {"import": 1_234_500}), ("Ann", {"import": 1_200_000_000})] == [tuple(r) for r in rows]


@pytest.mark.parametrize("cycle", ["5", "5 months", "every 5 months", "5_months", "alle 5 Monate"])
def test_a_cycle_of_any_months_comes_by_its_number(world: World, cycle: str) -> None:
    head = (
        "Site,Flat,Client,Since,Tariff,Billing cycle,Cycle begins on day,Cycles begin in month,Cycles begin in year\n"
    )
    file = SheetFile("flats.csv", f"{head}House,9,Ann,2026-10-01,flat,{cycle},15,11,2026\n".encode())

    import_sheet(world.session, file, ImportOrder(world.entity, "test", TODAY))

    row = world.session.execute(
        text("SELECT billing_cycle, billing_day, billing_month, billing_year FROM account ORDER BY id DESC LIMIT 1")
    ).one()
    assert ("5_months", 15, 11, 2026) == tuple(row)


def test_the_audit_log_has_what_was_taken_and_nothing_of_a_refused_row(world: World) -> None:
    report = imported(world, "Dock,1,Ann,2026-10-01,,D1,5,flat", "Dock,2,Bob,2026-10-01,,D2,5,moon")

    assert ["new", "refused"] == [row.state for row in report.rows]
    said = world.session.execute(text("SELECT after->>'name' FROM audit WHERE action IN ('client.add', 'point.add')"))
    assert {"Ann", "1"} == set(said.scalars())
