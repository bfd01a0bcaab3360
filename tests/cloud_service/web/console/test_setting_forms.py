from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import database_rows


def test_sites_are_kept_by_who_manages(fresh: Console) -> None:
    admin = fresh.sign_in("admin")
    site = {"name": "Hof 2", "timezone": "Europe/Berlin", "currency": "EUR", "country": "DE"}
    wrong = post(admin, "/settings/sites/new", "/settings/sites/new", **site | {"timezone": "Mars"})
    assert (422, True) == (wrong.status_code, 'id="e-timezone"' in wrong.text)
    assert 302 == post(admin, "/settings/sites/new", "/settings/sites/new", **site).status_code

    (lake,) = database_rows(fresh, "SELECT public_id FROM site WHERE name = 'Lake House'")
    where = f"/settings/sites/{lake.public_id}/edit"
    stays = {"name": "Lake House", "timezone": "Africa/Nairobi", "currency": "KES"}
    moved = post(admin, where, where, **stays | {"timezone": "Europe/Berlin"})
    assert (422, True) == (moved.status_code, "bills rest on it" in moved.text)
    assert (
        302 == post(admin, where, where, **stays | {"street": "Shore 1", "city": "Kisumu", "country": "KE"}).status_code
    )
    (lake,) = database_rows(fresh, "SELECT address, city FROM site WHERE name = 'Lake House'")
    assert ("Shore 1\nKisumu", "Kisumu") == tuple(lake)

    (zeta,) = database_rows(fresh, "SELECT public_id FROM site WHERE name = 'Hof'")
    assert 404 == admin.get(f"/settings/sites/{zeta.public_id}/edit").status_code


def test_a_new_site_begins_with_what_its_company_says(console: Console) -> None:
    page = console.sign_in("admin").get("/settings/sites/new").text

    for value in ("Africa/Nairobi", "KES"):
        assert f'value="{value}" list=' in page
