"""Companies of the operator in the browser."""

from typing import Any

from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import database_rows, database_value, text_of

NEW = "/settings/entities/new"
LAKE: dict[str, Any] = {
    "name": "Lake Power Ltd", "street": "Lake Road 1", "city": "Kisumu", "country": "KE", "currency": "KES",
    "timezone": "Africa/Nairobi", "locale": "en", "vat_id": "P051234567Q",
}  # fmt: skip


def test_a_new_company_is_led_on_to_its_bank_account(fresh: Console) -> None:
    root = fresh.sign_in("root")
    answer = post(root, NEW, NEW, **LAKE)
    company = database_value(fresh, "SELECT public_id FROM legal_entity WHERE name = 'Lake Power Ltd'")

    assert f"/settings/entities/{company}/bank" == answer.location
    assert "KRA PIN P051234567Q" in text_of(root.get("/settings").text)


def test_a_company_has_an_address_and_what_is_wrong_is_said_at_its_field(fresh: Console) -> None:
    root = fresh.sign_in("root")
    for field, typed in (
        ("street", " "),
        ("city", ""),
        ("country", "Kenia"),
        ("currency", "Shilling"),
        ("timezone", "Moon"),
    ):
        answer = post(root, NEW, NEW, **LAKE | {field: typed})
        assert (422, True) == (answer.status_code, f'id="e-{field}"' in answer.text), field
    assert [] == database_rows(fresh, "SELECT 1 FROM legal_entity WHERE name = 'Lake Power Ltd'")


def test_country_currency_and_zone_are_understood_by_name(fresh: Console) -> None:
    typed = LAKE | {"country": "kenya", "currency": "Kenyan Shilling", "timezone": "Nairobi"}
    post(fresh.sign_in("root"), NEW, NEW, **typed)
    (row,) = database_rows(fresh, "SELECT country, currency, timezone FROM legal_entity WHERE name = 'Lake Power Ltd'")

    assert ("KE", "KES", "Africa/Nairobi") == tuple(row)


def test_who_looks_after_some_companies_adds_none_and_changes_only_those(fresh: Console) -> None:
    admin = fresh.sign_in("admin")
    (kilo,) = database_rows(fresh, "SELECT public_id FROM legal_entity WHERE currency = 'KES'")
    (zeta,) = database_rows(fresh, "SELECT public_id FROM legal_entity WHERE currency <> 'KES'")
    own = f"/settings/entities/{kilo.public_id}/edit"

    assert (403, 404) == (
        admin.get(NEW).status_code, admin.get(f"/settings/entities/{zeta.public_id}/edit").status_code,
    )  # fmt: skip
    dollars = post(admin, own, own, **LAKE | {"currency": "USD"})
    assert (422, True) == (dollars.status_code, "the currency stays" in dollars.text)
    assert 302 == post(admin, own, own, **LAKE | {"name": "Kilo"}).status_code
    assert "Lake Road 1" in text_of(admin.get("/settings").text)
    assert 404 == fresh.sign_in("billing").get(own).status_code


def test_countries_currencies_and_zones_are_found_by_typing(fresh: Console) -> None:
    page = fresh.sign_in("root").get(NEW).text

    for option in ('value="KE">Kenya', 'value="KES">Kenyan Shilling', 'value="Africa/Nairobi">Africa/Nairobi'):
        assert option in page
    assert 'value="ZZ"' not in page
