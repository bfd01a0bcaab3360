import pytest
from sqlalchemy import text

from cloud_service.store.database.session import transaction
from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.pages import database_rows, send_as_clerk, text_of

NEW_POINT = {
    "site": "Lake House", "name": "Roof", "utility": "electricity", "grid_id": "KE0042", "parent": "Lake House 1",
    "values": "contracted_kw = 30\narea_m2=52.5\n", "reason": "built",
}  # fmt: skip
SAME_POINT = {key: value for key, value in NEW_POINT.items() if key != "site"}
POINT = (
    "SELECT p.name, s.name AS site, p.utility, p.grid_id, o.name AS above, p.settings FROM service_point p"
    " JOIN site s ON s.id = p.site_id LEFT JOIN service_point o ON o.id = p.parent_id WHERE p.name = :name"
)
AUDIT = (
    "SELECT actor, action, before, after, reason FROM audit WHERE subject = 'service_point:' || :id ORDER BY id DESC"
    " LIMIT 1"
)
MOUNTS = (
    "SELECT m.serial, n.opening, n.multiplier, lower(n.during) AS since FROM meter_mount n"
    " JOIN meter m ON m.id = n.meter_id JOIN service_point p ON p.id = n.service_point_id WHERE p.name = :name"
)


def address_of(console: Console, verb: str = "", name: str = "Lake House 1") -> str:
    return f"/points/{console.ids[name]}{'/' if verb else ''}{verb}"


def added_point(fresh: Console, **changes: str) -> str:
    """A new service point; the address of its page."""
    answer = send_as_clerk(fresh, "/points/new", **NEW_POINT | changes)
    assert 302 == answer.status_code, answer.text
    name = changes.get("name", "Roof")
    with transaction(fresh.engine) as session:
        rows = session.execute(text("SELECT public_id FROM service_point WHERE name = :name"), {"name": name})
        return f"/points/{rows.scalar_one()}"


def test_a_new_one_is_kept_with_its_numbers_and_its_audit_row(fresh: Console) -> None:
    page = added_point(fresh)

    (point,) = database_rows(fresh, POINT, name="Roof")
    assert ("Lake House", "electricity", "KE0042", "Lake House 1") == tuple(point)[1:5]
    assert {"values": {"contracted_kw": "30", "area_m2": "52.5"}} == point.settings
    said = text_of(fresh.sign_in("auditor").get(page).text)
    assert "billing@kilo.example point.add" in said
    assert "built" in said


def test_a_change_says_what_it_was_and_keeps_who_pays_while_it_is_empty(fresh: Console) -> None:
    page = added_point(fresh)
    assert 302 == send_as_clerk(fresh, f"{page}/vacancy", account="A-1", tariff="T-K-1").status_code
    edit_form = fresh.sign_in("billing").get(f"{page}/edit").text
    assert ('value="Lake House: Lake House 1"' in edit_form, "area_m2 = 52.5\ncontracted_kw = 30" in edit_form) == (
        True,
        True,
    )

    changed = SAME_POINT | {"name": "Roof east", "grid_id": "KE0043", "parent": "", "values": "", "reason": "split"}
    answer = send_as_clerk(fresh, f"{page}/edit", **changed)

    assert 302 == answer.status_code, answer.text
    (point,) = database_rows(fresh, POINT, name="Roof east")
    assert ("KE0043", None, {}) == (point.grid_id, point.above, point.settings["values"])
    assert {"account", "tariff"} == set(point.settings["vacancy"])
    with transaction(fresh.engine) as session:
        key = session.execute(text("SELECT id FROM service_point WHERE name = 'Roof east'")).scalar_one()
    (noted,) = database_rows(fresh, AUDIT, id=str(key))
    assert ("billing@kilo.example", "point.change", "split") == (noted.actor, noted.action, noted.reason)
    assert ("Roof", "Roof east") == (noted.before["name"], noted.after["name"])
    assert "utility" not in noted.after  # only what changed
    assert "A-1 pays by Tariff K-1" in text_of(fresh.sign_in("billing").get(page).text)


@pytest.mark.parametrize(
    ("wrong", "field", "message"),
    [
        ({"name": ""}, "name", "Fill this in"),
        ({"name": "Lake House 1"}, "name", "Lake House has a service point Lake House 1 already"),
        ({"site": "Hof"}, "site", "Choose one of the list"),  # of another legal entity
        ({"parent": "Nowhere"}, "parent", "There is no service point Nowhere"),
        ({"parent": "Hof 1"}, "parent", "There is no service point Hof 1"),  # of another legal entity
        ({"values": "contracted kw: 30"}, "values", "contracted_kw = 30"),
        ({"values": "contracted_kw = many"}, "values", "is not a number"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_kept(
    fresh: Console, wrong: dict[str, str], field: str, message: str
) -> None:
    answer = send_as_clerk(fresh, "/points/new", **NEW_POINT | wrong)

    assert 422 == answer.status_code
    assert f'id="e-{field}"' in answer.text, answer.text
    assert message in answer.text
    assert [] == database_rows(fresh, "SELECT 1 FROM service_point WHERE grid_id = :id", id="KE0042")


def test_a_change_that_bills_rest_on_or_that_turns_in_a_circle_is_refused(fresh: Console) -> None:
    page = added_point(fresh)
    unchanged = SAME_POINT | {"name": "Lake House 1", "values": "", "parent": ""}

    utility = send_as_clerk(fresh, address_of(fresh, "edit"), **unchanged | {"utility": "water"})
    circle = send_as_clerk(fresh, address_of(fresh, "edit"), **unchanged | {"parent": "Roof"})
    itself = send_as_clerk(fresh, f"{page}/edit", **SAME_POINT | {"parent": "Roof"})
    taken = send_as_clerk(fresh, f"{page}/edit", **SAME_POINT | {"name": "Lake House 1"})

    assert ('id="e-utility"' in utility.text, "bills rest on it" in utility.text) == (True, True)
    assert ('id="e-parent"' in circle.text, "counted by this one" in circle.text) == (True, True)
    assert ('id="e-parent"' in itself.text, 'id="e-name"' in taken.text) == (True, True)
    assert {422} == {answer.status_code for answer in (utility, circle, itself, taken)}


def test_a_meter_is_hung_up_where_none_hangs_and_refused_where_one_does(fresh: Console) -> None:
    page = added_point(fresh)
    form = {
        "at": "2026-11-16T10:30", "meter": "", "serial": "M-99", "maker": "Test", "register": "import",
        "opening": "7.25", "multiplier": "40", "reason": "new",
    }  # fmt: skip
    nothing = send_as_clerk(fresh, f"{page}/meter", **form | {"serial": ""})
    twice = send_as_clerk(fresh, address_of(fresh, "meter"), **form)
    answer = send_as_clerk(fresh, f"{page}/meter", **form)

    assert (422, True) == (nothing.status_code, 'id="e-meter"' in nothing.text)
    assert (422, True) == (twice.status_code, "another meter is mounted" in twice.text.lower())
    assert 302 == answer.status_code, answer.text
    (new_mount,) = database_rows(fresh, MOUNTS, name="Roof")
    assert ("M-99", {"import": 7250}, 40) == (new_mount.serial, new_mount.opening, new_mount.multiplier)
    assert "2026-11-16 07:30" == f"{new_mount.since:%Y-%m-%d %H:%M}"  # Nairobi is three hours ahead
    seen = text_of(fresh.sign_in("billing").get(page).text)
    assert "Hang a meter up" not in seen
    assert "opening import 7.250 " in seen  # the history says it as people write it


def test_who_may_not_write_or_is_of_another_entity_finds_no_form(console: Console) -> None:
    for verb in ("edit", "meter", "vacancy"):
        assert 404 == console.sign_in("support").get(address_of(console, verb)).status_code
        assert 404 == console.sign_in("billing").get(address_of(console, verb, "Hof 1")).status_code
    assert 404 == console.sign_in("auditor").get("/points/new").status_code
