"""Meter data files by their hash, and registers by the names a file has for them."""

from datetime import UTC, datetime

import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.metering import meter_data_files
from cloud_service.store.metering.meter_data_files import NewFileRegister
from cloud_service.store.scope import Scope
from tests.cloud_service.plant import START, add_meter, add_site

Owner = psycopg.Connection[object]


def begin(session: Session, content: bytes) -> int | None:
    return meter_data_files.begin_import(
        session, sha256=content, name="june.csv", format_name="csv", author="mary", reason=""
    )


def new_register(meter: str = "NMI1", *, name: str = "E1", serial: str = "S1") -> NewFileRegister:
    return NewFileRegister(
        meter, serial, name, "active_energy", "import", "kWh", "interval", 1800, billed=True, since=START
    )


def test_the_same_bytes_are_taken_in_once(session: Session) -> None:
    first, again, other = (begin(session, content) for content in (b"a", b"a", b"b"))

    assert first is not None
    assert again is None
    assert other is not None
    meter_data_files.count_rows(session, first, 48)
    assert [48, 0] == list(session.execute(text("SELECT rows FROM import_file ORDER BY id")).scalars())


def test_a_register_is_found_by_our_name_of_the_meter_or_by_the_grids_name_of_its_place(
    session: Session, owner: Owner
) -> None:
    register = add_meter(owner, "M1", add_site(owner, timezone="Australia/Sydney"))
    owner.execute("UPDATE service_point SET grid_id = 'NMI1'")
    keys = [(meter, "energy_import_total", START) for meter in ("M1", "NMI1", "NMI2")]
    registers = meter_data_files.registers(session, keys)

    assert {("M1", "energy_import_total"), ("NMI1", "energy_import_total")} == set(registers)
    assert {register} == {stored.id for stored in registers.values()}
    assert {"Australia/Sydney"} == {stored.zone for stored in registers.values()}


def test_a_place_names_the_meter_that_hung_there_at_the_time(session: Session, owner: Owner) -> None:
    old, new = add_meter(owner, "old"), add_meter(owner, "new")
    owner.execute("""UPDATE meter_mount m SET during = '[2020-01-01Z,2026-01-01Z)' FROM meter t
                      WHERE t.id = m.meter_id AND t.name = 'old'""")
    owner.execute("""UPDATE meter_mount m SET during = '[2026-01-01Z,)', service_point_id = o.service_point_id
                       FROM meter t, meter_mount o JOIN meter x ON x.id = o.meter_id AND x.name = 'old'
                      WHERE t.id = m.meter_id AND t.name = 'new'""")
    owner.execute("UPDATE service_point SET grid_id = 'NMI1' WHERE name = 'at old'")

    def register_at(at: datetime) -> int:
        (stored,) = meter_data_files.registers(session, [("NMI1", "energy_import_total", at)]).values()
        return stored.id

    assert [old, new] == [register_at(datetime(year, 6, 1, tzinfo=UTC)) for year in (2025, 2026)]


def test_a_site_is_known_by_its_name_and_its_public_id(session: Session, owner: Owner) -> None:
    site = add_site(owner, "Lake House")
    public_id = session.execute(text("SELECT public_id::text FROM site")).scalar_one()

    assert [site, None] == [meter_data_files.site_by_address(session, name, Scope()) for name in (public_id, "House")]
    assert meter_data_files.site_by_address(session, public_id, Scope(frozenset())) is None


def test_an_unknown_meter_gets_a_place_of_its_own(session: Session, owner: Owner) -> None:
    site = add_site(owner)
    meter_data_files.add_register(session, site, new_register())
    meter_data_files.add_register(session, site, new_register(name="B1"))
    rows = session.execute(
        text("""
SELECT t.name, t.serial, p.grid_id, lower(m.during), array_agg(r.name ORDER BY r.id)
  FROM meter t JOIN meter_mount m ON m.meter_id = t.id JOIN service_point p ON p.id = m.service_point_id
  JOIN register r ON r.meter_id = t.id GROUP BY t.id, p.id, m.id
""")
    )

    assert [("NMI1", "S1", "NMI1", START, ["E1", "B1"])] == [tuple(row) for row in rows]


def test_a_serial_that_is_taken_gives_way_to_the_name(session: Session, owner: Owner) -> None:
    site = add_site(owner)
    for meter in ("NMI1", "NMI2"):
        meter_data_files.add_register(session, site, new_register(meter, serial="S1"))

    assert ["S1", "NMI2"] == list(session.execute(text("SELECT serial FROM meter ORDER BY id")).scalars())
