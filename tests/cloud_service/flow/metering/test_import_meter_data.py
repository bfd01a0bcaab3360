"""Meter data files into the database: all or nothing, once, exact, corrections only with a reason."""

import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import psycopg
import pytest
from sqlalchemy import Engine

from cloud_service.domain.metering.meterdata import BadFileError, ColumnMapping, FormatOptions, MeterDataFile
from cloud_service.flow.metering.import_meter_data import ImportRequest, import_file
from cloud_service.flow.validate import validate_dirty
from common.errors import ConflictError, InputError, NotFoundError
from tests.cloud_service.plant import add_meter, add_site, value_of
from tests.shared import need_shared

Owner = psycopg.Connection[Any]
ANYONE = ImportRequest("Ada", create_at_site="Brisbane")


def nem12(*days: tuple[str, str], step_min: int = 60, unit: str = "kWh", register: str = "E1") -> MeterDataFile:
    """A file of one register; days are (date, value of every interval)."""
    count = 1440 // step_min
    lines = ["100,NEM12,202401010000,MDP,RET", f"200,NMI1,E1,{register},{register},N1,S1,{unit},{step_min},"]
    lines += [f"300,{day},{','.join([value] * count)},A,,,20240102000000," for day, value in days]
    return source("\n".join([*lines, "900"]))


def source(text: str, format_name: str = "nem12", **mapping: Any) -> MeterDataFile:
    return MeterDataFile(
        "test.csv", format_name, lambda: io.BytesIO(text.encode()), FormatOptions(ColumnMapping(**mapping))
    )


@pytest.fixture(autouse=True)
def site(owner: Owner) -> int:
    return add_site(owner, "Brisbane", "Australia/Brisbane")


def count(owner: Owner, table: str) -> int:
    number: int = value_of(owner, f"SELECT count(*) FROM {table}")
    return number


def test_a_real_solar_month_is_stored_and_adds_up_exactly(engine: Engine, owner: Owner) -> None:
    path = need_shared("real", "nem12", "Example_NEM12_month_solar.csv")

    done = import_file(engine, MeterDataFile(path.name, "nem12", lambda: path.open("rb")), ANYONE)
    validate_dirty(engine)

    assert (17_856, 0, 0) == (done.stored, done.unchanged, done.corrected)
    registers = owner.execute(
        "SELECT r.name, r.direction, sum(d.total), sum(d.missing), count(*), min(d.step_s)"
        " FROM interval_day d JOIN register r ON r.id = d.register_id GROUP BY 1, 2 ORDER BY 1"
    ).fetchall()
    assert [("B1", "export", 589_172, 0, 31, 300), ("E1", "import", 270_738, 0, 31, 300)] == registers
    sums = {row["register"]: Decimal(row["sum"]) * 1000 for row in done.summary.as_json()["registers"]}
    assert {"B1": 589_172, "E1": 270_738} == sums


def opener(path: Path) -> Callable[[], IO[bytes]]:
    return lambda: path.open("rb")


def test_all_real_files_are_stored_as_their_dry_run_says(engine: Engine, owner: Owner) -> None:
    anyone = ImportRequest("Ada", create_at_site="Brisbane", units={"V1": "V"})
    dry_run_sums: dict[tuple[str, str], Decimal] = {}
    for path in sorted(need_shared("real", "nem12").glob("*NEM1*.csv")):
        if not path.name.startswith("invalid"):
            done = import_file(engine, MeterDataFile(path.name, "nem12", opener(path)), anyone)
            dry_run_sums |= {
                (row["meter"], row["register"]): Decimal(row["sum"]) * 1000
                for row in done.summary.as_json()["registers"]
            }
    while validate_dirty(engine).days:
        pass

    stored_sums = owner.execute(
        "SELECT t.name, r.name, sum(d.total) FROM interval_day d JOIN register r ON r.id = d.register_id"
        " JOIN meter t ON t.id = r.meter_id GROUP BY 1, 2"
    ).fetchall()
    assert dry_run_sums == {(meter, register): total for meter, register, total in stored_sums}


def test_the_same_file_twice_changes_nothing(engine: Engine, owner: Owner) -> None:
    file = nem12(("20240101", "0.25"))
    import_file(engine, file, ANYONE)
    before = count(owner, "reading")

    done = import_file(engine, file, ANYONE)

    assert (0, 0, before) == (done.file_id, done.stored, count(owner, "reading"))
    assert done.as_json()["already_imported"]


def test_the_same_values_in_another_file_change_nothing(engine: Engine, owner: Owner) -> None:
    import_file(engine, nem12(("20240101", "0.25")), ANYONE)

    done = import_file(engine, nem12(("20240101", "0.25"), ("20240102", "0.5")), ANYONE)

    assert (24, 24, 0) == (done.stored, done.unchanged, done.corrected)
    assert 48 == count(owner, "reading")


def test_other_values_are_refused_without_a_reason_and_nothing_is_stored(engine: Engine, owner: Owner) -> None:
    import_file(engine, nem12(("20240101", "0.25")), ANYONE)

    with pytest.raises(ConflictError, match="24 values differ"):
        import_file(engine, nem12(("20240102", "1"), ("20240101", "0.75")), ANYONE)

    assert (24, 1) == (count(owner, "reading"), count(owner, "import_file"))


def test_a_correction_has_an_author_and_a_reason_and_takes_effect(engine: Engine, owner: Owner) -> None:
    import_file(engine, nem12(("20240101", "0.25")), ANYONE)
    validate_dirty(engine)

    done = import_file(engine, nem12(("20240101", "0.75")), ImportRequest("Grace", reason="meter test of 3 May"))
    validate_dirty(engine)

    assert 24 == done.corrected
    assert 18_000 == value_of(owner, "SELECT total FROM interval_day WHERE day = '2024-01-01'")
    assert ("Grace", "meter test of 3 May") == owner.execute(
        "SELECT author, reason FROM import_file ORDER BY id DESC LIMIT 1"
    ).fetchone()
    assert 48 == count(owner, "reading")  # what was believed before is still there


def test_a_damaged_file_leaves_nothing_behind(engine: Engine, owner: Owner) -> None:
    good = nem12(("20240101", "0.25"), ("20240102", "0.25")).open().read().decode()

    with pytest.raises(BadFileError):
        import_file(engine, source(good.removesuffix("900")), ANYONE)

    assert [0, 0, 0] == [count(owner, table) for table in ("reading", "import_file", "meter")]


def test_an_unknown_meter_is_refused_unless_it_may_be_made(engine: Engine, owner: Owner) -> None:
    file = nem12(("20240101", "0.25"))

    with pytest.raises(NotFoundError, match="NMI1 E1"):
        import_file(engine, file, ImportRequest("Ada"))
    with pytest.raises(NotFoundError, match="no site"):
        import_file(engine, file, ImportRequest("Ada", create_at_site="Atlantis"))
    assert 0 == count(owner, "import_file")

    assert ["NMI1 E1"] == import_file(engine, file, ANYONE).made
    assert ("NMI1", "2023-12-31 14:00:00+00") == owner.execute(
        "SELECT p.grid_id, (lower(m.during) AT TIME ZONE 'UTC')::text || '+00' FROM meter_mount m"
        " JOIN service_point p ON p.id = m.service_point_id"
    ).fetchone()


def test_a_meter_is_found_by_the_grid_s_name_of_its_service_point(engine: Engine, owner: Owner) -> None:
    register = add_meter(owner, "S1", register="E1", kind="interval", step_s=3600)
    owner.execute("UPDATE service_point SET grid_id = 'NMI1'")

    import_file(engine, nem12(("20240101", "0.25")), ImportRequest("Ada"))

    assert 24 == value_of(owner, "SELECT count(*) FROM reading WHERE register_id = %s", register)


def test_digits_finer_than_thousandths_are_carried_on(engine: Engine, owner: Owner) -> None:
    import_file(engine, nem12(("20240101", "0.33333333"), ("20240102", "0.00004")), ANYONE)
    validate_dirty(engine)

    exact = Decimal("0.33333333") * 24 + Decimal("0.00004") * 24
    assert abs(exact * 1000 - value_of(owner, "SELECT sum(value) FROM reading")) <= Decimal("0.5")
    again = import_file(engine, nem12(("20240102", "0.00004")), ANYONE)
    assert (0, 24, 0) == (again.stored, again.unchanged, again.corrected)


def test_a_register_without_a_unit_needs_one_stated(engine: Engine, owner: Owner) -> None:
    file = nem12(("20240101", "230"), unit="", register="V1")

    with pytest.raises(InputError, match="names no unit"):
        import_file(engine, file, ANYONE)

    import_file(engine, file, ImportRequest("Ada", create_at_site="Brisbane", units={"V1": "V"}))
    assert ("V", False) == owner.execute("SELECT unit, billed FROM register").fetchone()


def test_a_register_takes_only_what_it_counts(engine: Engine, owner: Owner) -> None:
    register = add_meter(owner, "NMI1", register="E1", kind="index")
    owner.execute("SELECT ensure_reading_month('2024-01-01')")
    owner.execute(
        "INSERT INTO reading (register_id, at, value, quality, source, sequence) VALUES (%s, '2024-01-01', 1, 0, 1, 1)",
        (register,),
    )
    with pytest.raises(ConflictError, match="stored as index"):
        import_file(engine, nem12(("20240101", "0.25")), ANYONE)

    add_meter(owner, "S9", register="E1", kind="interval", unit="kvarh")
    text = nem12(("20240101", "0.25")).open().read().decode().replace("NMI1", "S9")
    with pytest.raises(ConflictError, match="counts kvarh"):
        import_file(engine, source(text), ANYONE)


def test_a_register_that_was_never_read_counts_what_its_first_file_has(engine: Engine, owner: Owner) -> None:
    register = add_meter(owner, "NMI1", register="E1", kind="index")

    done = import_file(engine, nem12(("20240101", "0.25")), ANYONE)

    assert done.stored
    assert ("interval", 3600) == owner.execute(
        "SELECT kind, step_s FROM register WHERE id = %s", (register,)
    ).fetchone()


def test_a_table_without_units_is_of_what_each_meter_counts(engine: Engine, owner: Owner) -> None:
    add_meter(owner, "E1", register="import", kind="index")
    add_meter(owner, "W1", register="import", kind="index", unit="m3")
    text = "meter,time,value\nE1,2024-05-01T00:00Z,10.5\nW1,2024-05-01T00:00Z,12.5\nNEW,2024-05-01T00:00Z,7\n"

    done = import_file(engine, source(text, "csv"), ANYONE)

    assert ["kWh", "m3", "kWh"] == [row["unit"] for row in done.summary.as_json()["registers"]]
    units = owner.execute("SELECT m.name, r.unit FROM register r JOIN meter m ON m.id = r.meter_id").fetchall()
    assert {"E1": "kWh", "W1": "m3", "NEW": "kWh"} == dict(units)


def test_index_reads_of_a_csv_become_days(engine: Engine, owner: Owner) -> None:
    add_meter(owner, "W1", register="volume", unit="m3")
    text = "meter,register,time,value,unit\nW1,volume,2024-05-01T00:00,10.5,m3\nW1,volume,2024-05-03T00:00,12.5,m3\n"

    import_file(engine, source(text, "csv", zone="Australia/Brisbane"), ImportRequest("Ada"))
    validate_dirty(engine)

    assert [1000, 1000] == [row[0] for row in owner.execute("SELECT total FROM interval_day ORDER BY day").fetchall()]


def test_a_meter_whose_step_changes_has_days_of_both_steps(engine: Engine, owner: Owner) -> None:
    import_file(engine, nem12(("20240101", "0.5"), step_min=30), ANYONE)
    import_file(engine, nem12(("20240102", "0.1"), step_min=5), ANYONE)
    validate_dirty(engine)

    assert [(1800, 24_000), (300, 28_800)] == owner.execute(
        "SELECT step_s, total FROM interval_day ORDER BY day"
    ).fetchall()


def test_a_file_of_a_service_point_goes_to_each_meter_that_hung_there(engine: Engine, owner: Owner, site: int) -> None:
    """The old meter went on the second day at ten; the file names the point by its NMI over both."""
    exchange = "2024-01-02T10:00+10:00"
    old = add_meter(owner, "S1", site, "E1", kind="interval", step_s=3600)
    new = add_meter(owner, "S2", site, "E1", kind="interval", step_s=3600)
    owner.execute("UPDATE service_point SET grid_id = 'NMI1' WHERE name = 'at S1'")
    owner.execute("UPDATE meter_mount SET during = tstzrange(lower(during), %s) WHERE meter_id = 1", (exchange,))
    owner.execute(
        "UPDATE meter_mount SET during = tstzrange(%s, NULL), service_point_id = 1 WHERE meter_id = 2", (exchange,)
    )
    import_file(engine, nem12(("20240101", "0.25"), ("20240102", "0.5"), ("20240103", "1")), ANYONE)
    rows = owner.execute("SELECT register_id, count(*), sum(value) FROM reading GROUP BY 1 ORDER BY 1").fetchall()

    assert [(old, 24 + 10, 24 * 250 + 10 * 500), (new, 14 + 24, 14 * 500 + 24 * 1000)] == rows


def test_a_file_over_an_exchange_to_a_meter_without_that_register_is_refused(
    engine: Engine, owner: Owner, site: int
) -> None:
    add_meter(owner, "S1", site, "E1", kind="interval", step_s=3600)
    add_meter(owner, "S2", site, "import", kind="interval", step_s=3600)
    owner.execute("UPDATE service_point SET grid_id = 'NMI1' WHERE name = 'at S1'")
    owner.execute("UPDATE meter_mount SET during = tstzrange(lower(during), '2024-01-02Z') WHERE meter_id = 1")
    owner.execute(
        "UPDATE meter_mount SET during = tstzrange('2024-01-02Z', NULL), service_point_id = 1 WHERE meter_id = 2"
    )

    with pytest.raises(ConflictError, match=r"meter S2, which hangs at NMI1 from 2024-01-02.* has no register E1"):
        import_file(engine, nem12(("20240101", "0.25"), ("20240103", "1")), ANYONE)
    assert 0 == count(owner, "reading")


def test_an_irish_export_of_half_hours_makes_registers_that_a_tariff_prices(engine: Engine, owner: Owner) -> None:
    """The order and the names of ESB Networks: the newest row first, import and feed-in in one column."""
    rows = [
        f"10306,{value},Active {way} Interval (kWh),27-10-2024 {time}\n"
        for way, value in (("Import", "1.5"), ("Export", "0.25"))
        for time in ("01:30", "01:00", "01:30", "01:00", "00:30")
    ]
    file = source(
        "MPRN,Read Value,Read Type,Read Date and End Time\n" + "".join(rows), "csv",
        columns={"meter": "MPRN", "value": "Read Value", "register": "Read Type", "time": "Read Date and End Time"},
        constants={"kind": "interval", "step": "1800"}, zone="Europe/Dublin", time_format="%d-%m-%Y %H:%M",
        interval_time="end",
    )  # fmt: skip

    done = import_file(engine, file, ANYONE)

    assert 10 == done.stored
    assert [("import", "kWh", "active_energy", 1800), ("export", "kWh", "active_energy", 1800)] == owner.execute(
        "SELECT direction, unit, quantity, step_s FROM register ORDER BY direction DESC"
    ).fetchall()


def months(meter: str, *rows: str) -> MeterDataFile:
    lines = [f"{meter},{row}" for row in rows]
    return source(
        "\n".join(["meter,time,value,unit", *lines]), "csv", zone="Australia/Brisbane",
        constants={"kind": "interval", "step": "month"},
    )  # fmt: skip


def test_months_are_stored_as_they_are_and_make_the_days_of_all_of_them(engine: Engine, owner: Owner) -> None:
    done = import_file(engine, months("G1", "2024-01-01,310,therms", "2024-02-01,29,therms"), ANYONE)
    again = import_file(engine, months("G1", "2024-01-01,310,therms", "2024-02-01,29,therms", "2024-03-01,31,therms"),
                        ANYONE)  # fmt: skip
    validate_dirty(engine)

    assert ((2, 0), (1, 2)) == ((done.stored, done.unchanged), (again.stored, again.unchanged))
    assert [2_678_400, 2_505_600, 2_678_400] == [
        row[0] for row in owner.execute("SELECT step_s FROM reading ORDER BY at").fetchall()
    ]
    sums = owner.execute(
        "SELECT date_trunc('month', day)::date::text, sum(total), count(*), sum(missing), min(step_s)"
        " FROM interval_day GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert [("2024-01-01", 310_000, 31, 0, 3600), ("2024-02-01", 29_000, 29, 0, 3600),
            ("2024-03-01", 31_000, 31, 0, 3600)] == sums  # fmt: skip
    assert ("therm", True, "other") == owner.execute("SELECT unit, billed, quantity FROM register").fetchone()


def test_a_single_day_of_a_month_is_made_anew_as_it_was(engine: Engine, owner: Owner) -> None:
    import_file(engine, months("G1", "2024-01-01,310,therms", "2024-02-01,29,therms"), ANYONE)
    validate_dirty(engine)
    before = owner.execute('SELECT day, "values", qualities, made_from FROM interval_day ORDER BY day').fetchall()
    owner.execute("INSERT INTO dirty_day (register_id, day) SELECT id, '2024-01-09' FROM register")
    owner.execute("DELETE FROM interval_day WHERE day = '2024-01-09'")
    validate_dirty(engine)

    after = owner.execute('SELECT day, "values", qualities, made_from FROM interval_day ORDER BY day').fetchall()
    assert before == after


def test_a_month_over_an_exchange_is_refused_by_the_meter_that_went(engine: Engine, owner: Owner) -> None:
    import_file(engine, months("G1", "2024-01-01,310,therms"), ANYONE)
    owner.execute("UPDATE service_point SET grid_id = 'POINT' WHERE id = (SELECT service_point_id FROM meter_mount)")
    point = value_of(owner, "SELECT service_point_id FROM meter_mount")
    owner.execute("UPDATE meter_mount SET during = tstzrange(lower(during), '2024-02-10+10')")
    add_meter(owner, "G2", register="import", unit="therm", kind="interval", step_s=3600)
    owner.execute(
        "UPDATE meter_mount SET service_point_id = %s, during = tstzrange('2024-02-10+10', NULL)"
        " WHERE meter_id = (SELECT id FROM meter WHERE name = 'G2')", (point,),
    )  # fmt: skip

    with pytest.raises(ConflictError, match="meter G1 was exchanged at 2024-02-09T14:00:00"):
        import_file(engine, months("POINT", "2024-02-01,29,therms"), ANYONE)
