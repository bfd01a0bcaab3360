from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import database_rows


def test_sites_and_rates_are_kept_by_who_manages(fresh: Console) -> None:
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
    assert 302 == post(admin, where, where, **stays | {"address": "Shore 1"}).status_code

    rates = "day,currency,rate\n2026-11-01,USD,129.5\n"
    assert 302 == post(admin, "/settings/rates", "/settings/rates", document=rates).status_code
    other = post(admin, "/settings/rates", "/settings/rates", document=rates.replace("129.5", "130"))
    assert (422, True) == (other.status_code, "is known as 129.5" in other.text)
    assert 404 == fresh.sign_in("billing").get("/settings/rates").status_code
    (zeta,) = database_rows(fresh, "SELECT public_id FROM site WHERE name = 'Hof'")
    assert 404 == admin.get(f"/settings/sites/{zeta.public_id}/edit").status_code


def test_a_new_site_begins_with_what_its_company_says(console: Console) -> None:
    page = console.sign_in("admin").get("/settings/sites/new").text

    for value in ("Africa/Nairobi", "KES"):
        assert f'value="{value}" list=' in page
