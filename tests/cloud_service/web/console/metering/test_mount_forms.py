from sqlalchemy import text

from cloud_service.store.database.session import transaction
from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.pages import connection_form, database_rows, send_as_clerk


def test_a_meter_is_exchanged_with_its_last_and_first_index(fresh: Console) -> None:
    with transaction(fresh.engine) as session:
        session.execute(text("INSERT INTO meter (serial, name) VALUES ('M-88', 'm88')"))
    where = connection_form(fresh, "meter")
    missing = send_as_clerk(fresh, where, at="2026-11-16T10:30", meter="m88")
    assert (422, True) == (missing.status_code, 'id="e-closing.import"' in missing.text)

    form = {"at": "2026-11-16T10:30", "meter": "m88", "opening.import": "0", "closing.import": "4711.25"}
    answer = send_as_clerk(fresh, where, **form)

    assert 302 == answer.status_code, answer.text
    mounts = database_rows(
        fresh, "SELECT n.closing, n.opening, lower(n.during) AS since FROM meter_mount n"
        " JOIN contract k ON k.service_point_id = n.service_point_id WHERE k.number = 'K-1' ORDER BY 3",
    )  # fmt: skip
    assert [{"import": 4_711_250}, {}] == [mount.closing for mount in mounts]
    assert {"import": 0} == mounts[1].opening
    assert "2026-11-16 07:30" == f"{mounts[1].since:%Y-%m-%d %H:%M}"  # Nairobi is three hours ahead


def test_an_index_that_cannot_be_is_refused_at_its_field_and_nothing_is_exchanged(fresh: Console) -> None:
    with transaction(fresh.engine) as session:
        session.execute(text("INSERT INTO meter (serial, name) VALUES ('M-88', 'm88')"))
        session.execute(
            text(
                "UPDATE meter_mount SET opening = '{\"import\": 5000000}' WHERE service_point_id ="
                " (SELECT service_point_id FROM contract WHERE number = 'K-1')"
            )
        )
    typo = {"at": "2026-11-16T10:30", "meter": "m88", "opening.import": "0", "closing.import": "47.25"}

    answer = send_as_clerk(fresh, connection_form(fresh, "meter"), **typo)

    assert (422, True) == (answer.status_code, 'id="e-closing.import"' in answer.text)
    assert "The final index 47.25 kWh of register import does not follow the reading 5000 of" in answer.text
    assert [] == database_rows(
        fresh, "SELECT 1 FROM meter_mount n JOIN meter m ON m.id = n.meter_id WHERE m.name = 'm88'"
    )


def test_the_only_register_of_the_new_meter_takes_the_first_index_whatever_it_is_called(fresh: Console) -> None:
    with transaction(fresh.engine) as session:
        session.execute(text("INSERT INTO meter (serial, name) VALUES ('M-88', 'm88')"))
        session.execute(text("INSERT INTO register (meter_id, name, unit) SELECT max(id), 'E1', 'kWh' FROM meter"))
    form = {"at": "2026-11-16T10:30", "meter": "m88", "opening.import": "12", "closing.import": "4711.25"}

    assert 302 == send_as_clerk(fresh, connection_form(fresh, "meter"), **form).status_code
    (new,) = database_rows(
        fresh, "SELECT n.opening FROM meter_mount n JOIN meter m ON m.id = n.meter_id WHERE m.name = 'm88'"
    )
    assert {"E1": 12_000} == new.opening


def test_a_new_meter_by_its_serial_counts_what_the_old_one_did(fresh: Console) -> None:
    form = {"at": "2026-11-16T10:30", "serial": "M-99", "opening.import": "3", "closing.import": "4711.25"}
    both = send_as_clerk(fresh, connection_form(fresh, "meter"), meter="m1", **form)
    assert (422, True) == (both.status_code, 'id="e-meter"' in both.text)

    assert 302 == send_as_clerk(fresh, connection_form(fresh, "meter"), **form).status_code
    (new,) = database_rows(
        fresh, "SELECT n.opening, r.name, r.unit FROM meter_mount n JOIN meter m ON m.id = n.meter_id"
        " JOIN register r ON r.meter_id = m.id WHERE m.serial = 'M-99'",
    )  # fmt: skip
    assert ({"import": 3000}, "import", "kWh") == (new.opening, new.name, new.unit)


def test_the_new_meter_s_counters_flow_as_the_old_one_s_did(fresh: Console) -> None:
    """What was fed in is not bought after the exchange, and half hours stay half hours."""
    with transaction(fresh.engine) as session:
        session.execute(
            text("""INSERT INTO register (meter_id, name, unit, direction, quantity, step_s)
                    SELECT n.meter_id, 'solar', 'kWh', 'export', 'active_energy', 1800 FROM meter_mount n
                      JOIN contract k ON k.service_point_id = n.service_point_id WHERE k.number = 'K-1'""")
        )
    indexes = {"opening.import": "3", "opening.solar": "0", "closing.import": "4711.25", "closing.solar": "9"}

    answer = send_as_clerk(fresh, connection_form(fresh, "meter"), at="2026-11-16T10:30", serial="M-99", **indexes)

    assert 302 == answer.status_code, answer.text
    rows = database_rows(
        fresh, "SELECT r.name, r.direction, r.step_s FROM meter m JOIN register r ON r.meter_id = m.id"
        " WHERE m.serial = 'M-99' ORDER BY r.name",
    )  # fmt: skip
    assert [("import", "import", 900), ("solar", "export", 1800)] == [tuple(row) for row in rows]


def test_a_known_meter_with_several_registers_asks_for_the_first_index_of_each(fresh: Console) -> None:
    with transaction(fresh.engine) as session:
        session.execute(text("INSERT INTO meter (serial, name) VALUES ('M-88', 'm88')"))
        for name in ("day", "night"):
            session.execute(
                text(f"INSERT INTO register (meter_id, name, unit) SELECT max(id), '{name}', 'kWh' FROM meter")
            )
    form = {"at": "2026-11-16T10:30", "meter": "m88", "closing.import": "4711.25"}
    where = connection_form(fresh, "meter")
    refused = send_as_clerk(fresh, where, **form | {"at": ""})
    assert (422, True, True) == (refused.status_code, "opening.day" in refused.text, "opening.night" in refused.text)

    assert 302 == send_as_clerk(fresh, where, **form | {"opening.day": "1", "opening.night": "2"}).status_code
    (new,) = database_rows(
        fresh, "SELECT n.opening FROM meter_mount n JOIN meter m ON m.id = n.meter_id WHERE m.name = 'm88'"
    )
    assert {"day": 1000, "night": 2000} == new.opening


def test_a_meter_that_is_taken_down_hangs_nowhere(fresh: Console) -> None:
    where = f"/points/{fresh.ids['Lake House 1']}/meter/down"
    missing = send_as_clerk(fresh, where, at="2026-11-16T10:30")
    assert (422, True) == (missing.status_code, 'id="e-closing.import"' in missing.text)
    assert 302 == send_as_clerk(fresh, where, at="2026-11-16T10:30", **{"closing.import": "20"}).status_code

    (mount,) = database_rows(
        fresh, "SELECT n.closing, upper(n.during) AS until FROM meter_mount n JOIN contract k"
        " ON k.service_point_id = n.service_point_id WHERE k.number = 'K-1'",
    )  # fmt: skip
    assert ({"import": 20_000}, "2026-11-16 07:30") == (mount.closing, f"{mount.until:%Y-%m-%d %H:%M}")
    again = send_as_clerk(fresh, where, at="2026-11-17T10:30")
    assert (422, True) == (again.status_code, "No meter hangs there at that time" in again.text)
