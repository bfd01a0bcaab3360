import csv
import io

from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import text

from cloud_service.store.database.session import transaction
from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import csv_rows, database_rows, text_of

AUDIT = "SELECT actor, action, before, after FROM audit WHERE subject LIKE 'meter:%' ORDER BY id DESC LIMIT 1"


def test_a_register_is_taken_off_the_bills_and_put_back_with_its_audit(fresh: Console) -> None:
    page = f"/meters/{fresh.ids['M-1']}"
    billing = fresh.sign_in("billing")
    assert "import kWh Import Index Yes Stop billing" in text_of(billing.get(page).text)

    assert 302 == post(billing, page, f"{page}/registers", name="import").status_code

    seen = text_of(billing.get(page).text)
    assert "import is not billed from now on" in seen
    assert "import kWh Import Index No Bill" in seen
    with transaction(fresh.engine) as session:
        row = session.execute(text(AUDIT)).one()
    assert ("register.change", {"import": "billed"}, {"import": "not billed"}) == (row.action, row.before, row.after)
    post(billing, page, f"{page}/registers", name="import", billed="yes")
    assert "import kWh Import Index Yes" in text_of(billing.get(page).text)


def test_support_sees_what_is_billed_and_cannot_change_it(console: Console) -> None:
    page = f"/meters/{console.ids['M-1']}"
    support = console.sign_in("support")

    assert "Stop billing" not in support.get(page).text
    assert 404 == post(support, page, f"{page}/registers", name="import").status_code


def test_the_load_of_a_meter_is_served_as_numbers_and_as_a_file(console: Console, admin: FlaskClient) -> None:
    meter = f"/meters/{console.ids['M-1']}"
    load = admin.get(f"{meter}/load").json
    assert load is not None
    lines = admin.get(f"{meter}/intervals.csv").text.splitlines()

    assert (288, 1.0, "kW", "Africa/Nairobi") == (len(load["at"]), load["power"][0], load["unit"], load["zone"])
    assert 289 == len(lines)
    assert "2026-11-17T00:00:00+03:00,0.250,actual" == lines[1]


def test_the_readings_of_the_days_are_a_file_with_what_counts_and_why(fresh: Console) -> None:
    meter, admin = f"/meters/{fresh.ids['M-1']}", fresh.sign_in("billing")
    for value in ("100", "120"):
        form = f"{meter}/readings/new?register=import"
        post(admin, form, form, register="import", at="2026-11-18T10:00", value=value, reason="=seen", confirm="yes")

    days = "register=import&from=2026-11-18&to=2026-11-18"
    head, *lines = list(csv.reader(io.StringIO(admin.get(f"{meter}/readings.csv?{days}").data.decode("utf-8-sig"))))

    assert ["At (Africa/Nairobi)", "Value kWh", "Step, minutes", "Quality", "Counts"] == head[:5]
    assert [["100.000", "no", "'=seen"], ["120.000", "yes", "'=seen"]] == [
        [line[1], line[4], line[6]] for line in lines
    ]
    assert {"2026-11-18T10:00:00+03:00"} == {line[0] for line in lines}
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(admin.get(f"{meter}/readings.xlsx?{days}").data))
    assert [100, 120] == [row[1] for row in sheet.get_sheet_by_index(0).to_python()[1:]]
    assert 1 == len(admin.get(f"{meter}/readings.csv?from=2026-11-17&to=2026-11-17").text.splitlines())


def test_a_range_that_makes_no_sense_is_refused_with_words(console: Console, admin: FlaskClient) -> None:
    for query in ("from=2026-12-01&to=2026-11-01", "from=soon", "from=2001-01-01&to=2026-01-01"):
        assert 422 == admin.get(f"/meters/{console.ids['M-1']}?{query}").status_code


def test_the_register_that_the_address_names_is_shown(fresh: Console) -> None:
    with transaction(fresh.engine) as session:
        session.execute(text("INSERT INTO register (meter_id, name, unit) SELECT id, 'reactive', 'kvarh' FROM meter"))
    meter, admin = f"/meters/{fresh.ids['M-1']}", fresh.sign_in("admin")

    assert "kW" == admin.get(f"{meter}/load").json["unit"]  # type: ignore[index]  # it is a JSON object
    assert "kvarh/h" == admin.get(f"{meter}/load?register=reactive").json["unit"]  # type: ignore[index]  # as above
    assert (
        "meter-M-1-reactive.csv" in admin.get(f"{meter}/intervals.csv?register=reactive").headers["Content-Disposition"]
    )


def test_a_meter_without_registers_has_a_page_and_no_series(fresh: Console) -> None:
    with transaction(fresh.engine) as session:
        session.execute(text("DELETE FROM interval_day"))
        session.execute(text("DELETE FROM register"))
    meter, admin = f"/meters/{fresh.ids['M-1']}", fresh.sign_in("admin")

    assert 200 == admin.get(meter).status_code
    assert 404 == admin.get(f"{meter}/load").status_code
    assert 404 == admin.get(f"{meter}/intervals.csv").status_code


def test_a_mount_is_shown_with_its_indexes(fresh: Console) -> None:
    database_rows(
        fresh,
        """UPDATE meter_mount SET opening = '{"import": 12500}'
            WHERE meter_id = (SELECT id FROM meter WHERE public_id = :meter) RETURNING id""",
        meter=fresh.ids["M-1"],
    )
    page = text_of(fresh.sign_in("billing").get(f"/meters/{fresh.ids['M-1']}").text)

    assert "import 12.500" in page.partition("Where it hung")[2]


def test_a_meter_that_was_taken_down_is_listed_shown_and_exported_without_a_place(fresh: Console) -> None:
    database_rows(
        fresh,
        """UPDATE meter_mount SET during = tstzrange(lower(during), '2026-11-01Z')
            WHERE meter_id = (SELECT id FROM meter WHERE public_id = :meter) RETURNING id""",
        meter=fresh.ids["M-1"],
    )
    root = fresh.sign_in("root")
    page = text_of(root.get(f"/meters/{fresh.ids['M-1']}").text)

    assert "Time zone Africa/Nairobi" in page  # where it hung last
    assert "meter-M-1" in text_of(root.get("/meters").text)
    for path in (f"/meters/{fresh.ids['M-1']}", "/meters.csv", "/meters.xlsx", "/meters?q=M-1", "/search?q=M-1"):
        assert root.get(path, follow_redirects=True).status_code == 200, path
    (row,) = [row for row in csv_rows(root.get("/meters.csv").text) if row["Meter"] == "meter-M-1"]
    assert "" == row["Utility"]


def test_the_days_that_are_shown_are_the_newest_that_have_values(fresh: Console) -> None:
    """A meter that is read once a month: not an empty fortnight, the last one with days."""
    database_rows(fresh, "UPDATE interval_day SET day = day - 40 RETURNING 1")
    (newest,) = database_rows(
        fresh,
        "SELECT max(day) AS day FROM interval_day i JOIN register r ON r.id = i.register_id"
        " JOIN meter m ON m.id = r.meter_id WHERE m.public_id = :meter",
        meter=fresh.ids["M-1"],
    )
    billing = fresh.sign_in("billing")

    assert f"up to and with {newest.day}" in text_of(billing.get(f"/meters/{fresh.ids['M-1']}").text)
    asked = billing.get(f"/meters/{fresh.ids['M-1']}?from=2026-11-01&to=2026-11-03").text
    assert "2026-11-01 up to and with 2026-11-03" in text_of(asked)
