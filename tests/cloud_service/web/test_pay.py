import uuid
from decimal import Decimal
from typing import Any

import pytest

from tests.cloud_service.web.shop import Shop


def test_a_payer_follows_the_bill_s_link_pays_and_the_bill_is_settled(shop: Shop) -> None:
    page = shop.client.get(f"/pay/{shop.invoice.public_id}").text
    assert "118.29" in page

    link = shop.to_pay()
    assert "118.29" == shop.books.link(link)["amount"]
    shop.books.pay(link)
    assert [200] == [shop.call(body) for body in shop.bodies()]

    assert Decimal(0) == shop.left()
    assert Decimal("118.29") == shop.value("SELECT amount FROM payment")
    assert "Paid" in shop.client.get(f"/pay/{shop.invoice.public_id}").text


def test_the_same_link_leads_to_the_same_page_while_the_amount_stays(shop: Shop) -> None:
    assert shop.to_pay() == shop.to_pay()
    assert 1 == shop.value("SELECT count(*) FROM payment_request")


def test_a_paid_bill_leads_to_no_page(shop: Shop) -> None:
    shop.books.pay(shop.to_pay())
    [shop.call(body) for body in shop.bodies()]

    assert 409 == shop.client.get(f"/pay/{shop.invoice.public_id}/go").status_code


def test_nobody_learns_anything_from_a_guessed_address(shop: Shop) -> None:
    assert 404 == shop.client.get(f"/pay/{uuid.uuid4()}").status_code
    assert "Tenant 1" not in shop.client.get(f"/pay/{shop.invoice.public_id}").text


def test_a_prepaid_account_is_topped_up_by_its_lasting_address(shop: Shop, owner: Any) -> None:
    account = shop.value("SELECT public_id FROM account")
    assert 404 == shop.client.get(f"/top-up/{account}").status_code
    owner.execute("UPDATE account_mode SET mode = 'prepaid'")
    page = shop.client.get(f"/top-up/{account}")
    assert "A1" in page.text
    assert "Tenant 1" not in page.text
    assert f"/top-up/{account}/go?amount=50" in shop.client.get(f"/top-up/{account}?amount=50").text

    answer = shop.client.get(f"/top-up/{account}/go?amount=50")
    shop.books.pay(answer.headers["Location"].rpartition("/")[2])
    assert [200] == [shop.call(body) for body in shop.bodies()]

    assert ("top_up", Decimal("50.00")) == (
        shop.value("SELECT kind FROM payment"),
        shop.value("SELECT amount FROM payment"),
    )
    assert Decimal("68.29") == shop.left()


@pytest.mark.parametrize("amount", ["", "x", "-5", "0", "0.001", "1e999999", "NaN"])
def test_what_is_no_amount_tops_nothing_up(shop: Shop, owner: Any, amount: str) -> None:
    account = shop.value("SELECT public_id FROM account")
    owner.execute("UPDATE account_mode SET mode = 'prepaid'")

    assert 422 == shop.client.get(f"/top-up/{account}/go", query_string={"amount": amount}).status_code
    assert 0 == shop.value("SELECT count(*) FROM payment_request")
