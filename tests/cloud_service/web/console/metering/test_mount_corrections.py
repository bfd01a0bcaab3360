import re

from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import database_rows, text_of


def test_a_mount_is_corrected_from_the_page_of_its_place_and_names_the_bills(fresh: Console) -> None:
    admin = fresh.sign_in("admin")
    place = f"/points/{fresh.ids['Lake House 1']}"
    mounts = "SELECT m.id FROM meter_mount m JOIN service_point p ON p.id = m.service_point_id WHERE p.name = :place"
    (mount,) = database_rows(fresh, mounts, place="Lake House 1")
    (other,) = database_rows(fresh, mounts, place="Hof 1")
    where = f"{place}/mounts/{mount.id}"
    assert f'href="{where}"' in admin.get(place).text
    assert 404 == admin.get(f"{place}/mounts/{other.id}").status_code

    fields = {"since": "2025-01-01T03:00", "reason": "CT 100/5"}  # as the form shows it
    wrong = post(admin, where, where, multiplier="0", **fields)
    assert (422, True) == (wrong.status_code, 'id="e-multiplier"' in wrong.text)
    assert 302 == post(admin, where, where, multiplier="20", **fields).status_code
    assert "2 bills rest on it" in text_of(admin.get(place).text)
    assert {"INV-1", "INV-2"} <= set(re.findall(r"INV-\d", admin.get("/bills/touched").text))
    (after,) = database_rows(fresh, f"SELECT multiplier, lower(during) AS since FROM meter_mount WHERE id = {mount.id}")
    assert (20, "2025-01-01T00:00:00+00:00") == (after.multiplier, after.since.isoformat())
    moved = post(admin, where, where, multiplier="20", since="2025-01-02T03:00", reason="typing error")
    assert 302 == moved.status_code
    assert "no bill rests on it" in text_of(admin.get(place).text)
