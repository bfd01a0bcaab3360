"""Bank accounts of a company in the browser."""

import pytest

from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import database_rows, text_of

LONDON = {"holder": "Kilo", "bank_code": "12-34-56", "account_number": "12345678", "currency": "GBP"}


def bank_page(fresh: Console) -> str:
    (kilo,) = database_rows(fresh, "SELECT public_id FROM legal_entity WHERE currency = 'KES'")
    return f"/settings/entities/{kilo.public_id}/bank"


def account_page(fresh: Console, currency: str) -> str:
    query = "SELECT public_id FROM bank_account WHERE currency = :currency AND retired_on IS NULL ORDER BY id DESC"
    return f"{bank_page(fresh)}/{database_rows(fresh, query.replace(':currency', repr(currency)))[0].public_id}"


@pytest.mark.parametrize(
    ("scheme", "typed", "shown"),
    [
        ("iban", {"iban": "DE02 1203 0000 0000 2020 51"}, "DE02 1203 0000 0000 2020 51"),
        ("us", {"bank_code": "021000021", "account_number": "123456789"}, "Routing number 021000021"),
        ("uk", {"bank_code": "123456", "account_number": "12345678"}, "Sort code 12-34-56"),
        ("in", {"bank_code": "hdfc0001234", "account_number": "50100012345678"}, "IFSC HDFC0001234"),
        ("ke", {"bank_code": "01", "branch_code": "094", "account_number": "1100161816677"}, "Branch code 094"),
        ("ke_paybill", {"bank_code": "247247"}, "Paybill number 247247"),
        ("au", {"bank_code": "062000", "account_number": "12345678"}, "BSB 062-000"),
        ("free", {"free_lines": "Bank of Narnia\r\nAccount 7"}, "Bank of Narnia Account 7"),
    ],
)
def test_an_account_is_typed_as_its_country_writes_it(
    fresh: Console, scheme: str, typed: dict[str, str], shown: str
) -> None:
    admin = fresh.sign_in("admin")
    where = f"{bank_page(fresh)}?scheme={scheme}"

    assert 302 == post(admin, where, where, holder="Kilo", currency="SEK", **typed).status_code
    assert shown in text_of(admin.get("/settings").text).replace("\u00a0", " ")


def test_what_is_wrong_is_said_at_its_field(fresh: Console) -> None:
    admin = fresh.sign_in("admin")
    where = f"{bank_page(fresh)}?scheme=iban"
    mistyped = post(admin, where, where, holder="Kilo", iban="DE02120300000000202052", currency="KES")

    assert (422, True) == (mistyped.status_code, 'id="e-iban"' in mistyped.text)
    assert 404 == fresh.sign_in("billing").get(where).status_code


def test_an_account_is_changed_made_the_default_and_retired(fresh: Console) -> None:
    admin = fresh.sign_in("admin")
    new = f"{bank_page(fresh)}?scheme=uk"
    post(admin, new, new, **LONDON)
    post(admin, new, new, **LONDON | {"account_number": "87654321"})
    second = account_page(fresh, "GBP")

    assert 302 == post(admin, second, second, **LONDON | {"account_number": "11112222", "default": "yes"}).status_code
    query = "SELECT account_number FROM bank_account WHERE currency = 'GBP' AND is_default"
    assert [("11112222",)] == [tuple(row) for row in database_rows(fresh, query)]
    assert 302 == post(admin, second, f"{second}/retire", reason="closed").status_code
    assert [("12345678",)] == [tuple(row) for row in database_rows(fresh, query)]
    assert "retired" in text_of(admin.get("/settings").text)
