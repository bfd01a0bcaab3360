"""A round on a phone: plain forms without script, entries that are stored once, photos, causes, walking order."""

import io
from typing import Any
from uuid import uuid4

from tests.cloud_service.web.conftest import Console, post, token
from tests.cloud_service.web.pages import database_rows, database_value, text_of

PICTURE = b"\xff\xd8\xff\xe0" + bytes(100)


def there(console: Console) -> str:
    return f"/rounds/{console.ids['site']}"


def send(console: Console, *, as_json: bool = True, photo: bytes = b"", **fields: Any) -> Any:
    clerk = console.sign_in("billing")
    register = database_value(
        console, "SELECT r.id FROM register r JOIN meter t ON t.id = r.meter_id WHERE t.serial = 'M-1'"
    )
    data = {"csrf_token": token(clerk.get(there(console)).text), "register": register, "key": str(uuid4())} | fields
    if photo:
        data["photo"] = (io.BytesIO(photo), "photo.jpg")
    headers = {"Referer": f"http://localhost{there(console)}"} | ({"Accept": "application/json"} if as_json else {})
    return clerk.post(f"{there(console)}/entries", data=data, headers=headers)


def test_the_meters_of_a_site_are_there_with_tenant_and_last_index(fresh: Console) -> None:
    seen = text_of(fresh.sign_in("billing").get(there(fresh)).text)

    assert "0 of 1 done" in seen
    assert "Lake House 1 Amina Wanjiku · Electricity · M-1" in seen
    assert "Never read yet" in seen
    assert "Lake House" in text_of(fresh.sign_in("billing").get("/rounds").text)


def test_an_entry_is_stored_once_however_often_the_phone_sends_it(fresh: Console) -> None:
    key = str(uuid4())
    answers = [send(fresh, key=key, value="1,000.5", at="2026-11-20T09:00:00.123Z").json for _ in "123"]

    assert [{"state": "kept", "said": []}] * 3 == answers
    assert [(1_000_500, "Reading round")] == [
        tuple(row)
        for row in database_rows(
            fresh, "SELECT r.value, n.reason FROM reading r JOIN reading_note n ON n.id = r.sequence"
        )
    ]
    assert "1 of 1 done" in text_of(fresh.sign_in("billing").get(there(fresh)).text)


def test_an_odd_index_is_asked_for_once_more_and_kept_when_confirmed(fresh: Console) -> None:
    send(fresh, value="1000", at="2026-11-18T09:00Z")

    assert "doubtful" == send(fresh, value="900").json["state"]
    plain = send(fresh, value="900", as_json=False)
    assert (422, True) == (plain.status_code, "It is lower than the reading before." in text_of(plain.text))
    assert 'value="900"' in plain.text
    assert 302 == send(fresh, value="900", confirmed="yes", as_json=False).status_code
    assert 2 == database_value(fresh, "SELECT count(*) FROM reading")


def test_a_photo_is_kept_with_its_reading_and_seen_by_those_who_may(fresh: Console) -> None:
    assert "kept" == send(fresh, value="5", photo=PICTURE).json["state"]
    note = database_value(fresh, "SELECT note_id FROM reading_photo")
    path = f"/meters/{fresh.ids['M-1']}/photos/{note}"

    answer = fresh.sign_in("support").get(path)
    assert ("image/jpeg", PICTURE) == (answer.mimetype, answer.data)
    assert 404 == fresh.sign_in("root").get(path.replace(str(fresh.ids["M-1"]), str(fresh.ids["M-2"]))).status_code
    assert 404 == fresh.sign_in("amina").get(path).status_code
    assert path in fresh.sign_in("billing").get(f"/meters/{fresh.ids['M-1']}").text


def test_what_is_no_picture_or_no_time_of_the_round_is_refused_and_nothing_is_stored(fresh: Console) -> None:
    for wrong in (
        {"value": "5", "photo": b"<script>"}, {"value": "5", "at": "2026-11-22T09:00Z"},
        {"value": "5", "at": "2026-01-01T09:00Z"},
        {"value": "5", "at": "today"}, {"value": "many"}, {"value": ""}, {"value": "5", "key": "x"}, {"cause": "bored"},
        {"value": "5", "register": "0"},
    ):  # fmt: skip
        assert "refused" == send(fresh, **wrong).json["state"], wrong
    assert 0 == database_value(fresh, "SELECT count(*) FROM reading")


def test_why_a_meter_could_not_be_read_is_kept_once_and_shown(fresh: Console) -> None:
    key = str(uuid4())
    for _ in "12":
        assert "kept" == send(fresh, key=key, cause="nobody_there").json["state"]

    assert 1 == database_value(fresh, "SELECT count(*) FROM unread_visit")
    assert "Last visit: Nobody there" in text_of(fresh.sign_in("billing").get(there(fresh)).text)


def test_a_meter_that_a_gateway_reads_is_not_on_the_round(fresh: Console) -> None:
    with fresh.engine.begin() as connection:
        connection.exec_driver_sql("SELECT ensure_reading_month('2026-11-01')")
        connection.exec_driver_sql(
            "INSERT INTO reading (register_id, at, value, quality, source, sequence)"
            " SELECT id, '2026-11-19Z', 5, 0, 1, 1 FROM register"
        )

    assert "No meter here is read by people" in fresh.sign_in("billing").get(there(fresh)).text


def test_the_walking_order_is_remembered(fresh: Console) -> None:
    with fresh.engine.begin() as connection:
        connection.exec_driver_sql(
            "WITH p AS (INSERT INTO service_point (site_id, name) SELECT id, 'Attic' FROM site"
            " WHERE name = 'Lake House' RETURNING id), t AS (INSERT INTO meter (name, serial) VALUES ('A', 'A')"
            " RETURNING id), r AS (INSERT INTO register (meter_id, name, unit) SELECT id, 'import', 'm3'"
            " FROM t) INSERT INTO meter_mount (meter_id, service_point_id, during)"
            " SELECT t.id, p.id, '[2025-01-01Z,)' FROM t, p"
        )
    places = {row.name: row.id for row in database_rows(fresh, "SELECT name, id FROM service_point")}
    clerk = fresh.sign_in("billing")

    seen = text_of(clerk.get(there(fresh)).text)
    assert seen.index("Attic") < seen.index("Lake House 1 ")
    post(
        clerk,
        there(fresh),
        f"{there(fresh)}/order",
        **{f"place.{places['Attic']}": "2", f"place.{places['Lake House 1']}": "1"},
    )

    seen = text_of(clerk.get(there(fresh)).text)
    assert seen.index("Lake House 1 ") < seen.index("Attic")


def test_nobody_walks_where_they_may_not(console: Console) -> None:
    assert 404 == console.sign_in("support").get(there(console)).status_code
    other = database_value(console, "SELECT public_id FROM site WHERE name = 'Hof'")
    assert 404 == console.sign_in("billing").get(f"/rounds/{other}").status_code


def test_the_worker_is_a_script_below_the_rounds_only(console: Console) -> None:
    answer = console.sign_in("billing").get("/rounds/worker.js")

    assert ("text/javascript", True) == (answer.mimetype, "Service-Worker-Allowed" not in answer.headers)
