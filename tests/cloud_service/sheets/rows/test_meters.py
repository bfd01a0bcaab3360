from datetime import date

import pytest
from sqlalchemy import text

from cloud_service.flow.metering.sites_and_meters import RegisterDetails, ServicePointDetails, add_point
from cloud_service.sheets.files.sheet_file import SheetFile
from cloud_service.sheets.import_sheet import ImportOrder, import_sheet
from cloud_service.sheets.report import SheetReport
from cloud_service.sheets.rows.meters import register_of
from common.errors import InputError
from tests.books.world import World, build

HEAD = (
    "Site;Service point;Meter;Register;Register details;Mounted on;Opening index;Removed on;Closing index;Multiplier\n"
)


@pytest.fixture
def world(session: object) -> World:
    world = build(session, tenants=1)  # type: ignore[arg-type]  # the fixture's session
    add_point(world.session, world.site, ServicePointDetails("Flat 9"), author="t")
    return world


def imported(world: World, *rows: str) -> SheetReport:
    order = ImportOrder(world.entity, "test", date(2026, 11, 27), "meters")
    padded = [row + ";" * (HEAD.count(";") - row.count(";")) for row in rows]
    return import_sheet(world.session, SheetFile("meters.csv", (HEAD + "\n".join(padded)).encode()), order)


@pytest.mark.parametrize(
    ("details", "register"),
    [
        ("", RegisterDetails("import", "kWh", "import", "active_energy")),
        ("m3", RegisterDetails("import", "m3", "import", "volume")),
        ("kvarh", RegisterDetails("import", "kvarh", "import", "reactive_energy")),
        (
            "kWh/interval//export/3600",
            RegisterDetails("import", "kWh", "export", "active_energy", kind="interval", step_s=3600),
        ),
    ],
)
def test_a_register_is_as_its_details_say_else_as_its_name(details: str, register: RegisterDetails) -> None:
    assert register == register_of("import", details, "kWh", None)


def test_an_export_register_is_told_by_its_name() -> None:
    assert "export" == register_of("export_T1", "", "kWh", 6).direction


@pytest.mark.parametrize("details", ["kWh/index/a/import/900/x", "kWh////soon", "furlong", "kWh/guess", "kWh///up"])
def test_details_that_mean_nothing_are_refused(details: str) -> None:
    with pytest.raises(InputError):
        register_of("import", details, "kWh", None)


@pytest.mark.parametrize(
    ("row", "column", "why"),
    [
        ("House;Flat 1;S1;;;2026-02-01", "mounted", "it hangs there since 2026-01-01"),
        ("House;Flat 1;S1;;;;;2026-12-01;5", "removed", "it hangs there still"),
        ("House;Flat 1;S9;;;2026-02-01", "meter", "meter S1 hangs at this service point"),
        ("House;Flat 1;S9;;;2025-02-01;5;2025-01-01;9", "removed", "not after 2025-02-01"),
        ("House;Flat 9;S9;;;2025-02-01;5;2025-03-01", "closing", "final index of register import is missing"),
        ("House;Flat 9;S9;;;2025-02-01;5;2025-03-01;4", "closing", "does not follow"),
        ("House;Flat 9;S9;a + b;kWh;2025-02-01;5 + 6;2025-03-01;7 + 8", "details", "has 2 registers here"),
        (";;S9;;;;;2025-03-01;4", "removed", "not said where the meter hung"),
        ("House;Flat 9;S9;;furlong;2025-02-01", "details", "no unit"),
    ],
)
def test_a_meter_that_cannot_be_is_refused_at_its_column(world: World, row: str, column: str, why: str) -> None:
    (outcome,) = imported(world, row).rows

    assert [column] == [fault.column for fault in outcome.faults], outcome.faults
    assert why in outcome.faults[0].why


def test_meters_that_hung_one_after_the_other_come_in_order(world: World) -> None:
    row = "House;Flat 9;S9;;;2025-02-01;5;2025-03-01;9.5"

    assert {"meter": 1, "meter_mount": 1} == imported(world, row).counts
    assert ["same", "new"] == [row.state for row in imported(world, row, "House;Flat 9;S8;;;2025-03-01;0").rows]
    mounts = world.session.execute(
        text("SELECT m.serial, upper(n.during)::date::text, n.closing FROM meter_mount n JOIN meter m"
             " ON m.id = n.meter_id ORDER BY n.during")
    ).all()  # fmt: skip
    assert [("S9", {"import": 9500}), ("S8", {}), ("S1", {})] == [(row.serial, row.closing) for row in mounts]
    (other,) = imported(world, row.replace("03-01", "04-01")).rows
    assert "it hung there until 2025-03-01" in other.faults[0].why
