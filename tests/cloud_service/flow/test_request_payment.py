"""Asking for money through a provider, against the simulated company over HTTP."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow import request_payment
from common.errors import ConflictError, InputError, NotFoundError
from tests.cloud_service.flow.shop import PUBLIC, Shop, name_of, open_shop

D = Decimal


@pytest.fixture
def shop(session: Session, tmp_path: Path) -> Iterator[Shop]:
    with open_shop(session, tmp_path) as shop:
        yield shop


def test_the_page_asks_for_what_is_left_and_leads_back(shop: Shop) -> None:
    link = shop.books.link(name_of(shop.page()))

    assert ("118.29", "EUR", f"{PUBLIC}/pay/{shop.invoice}?back=1") == (
        link["amount"], link["currency"], link["return_url"],
    )  # fmt: skip


def test_a_page_of_today_is_used_again_and_an_old_one_is_not(shop: Shop) -> None:
    first, again = shop.page(), shop.page()
    shop.now += timedelta(hours=13)

    assert first == again
    assert first != shop.page()


def test_another_amount_needs_another_page(shop: Shop) -> None:
    first = shop.page()
    shop.pay_cash("18.29")
    second = shop.page()

    assert first != second
    assert "100.00" == shop.books.link(name_of(second))["amount"]


def test_a_settled_invoice_asks_for_nothing(shop: Shop) -> None:
    shop.books.pay(name_of(shop.page()))
    assert ["booked"] == shop.hear()

    with pytest.raises(ConflictError, match="nothing is left"):
        shop.page()
    with pytest.raises(NotFoundError):
        request_payment.payable_invoice(shop.session, UUID(int=7))


def test_a_page_paid_after_all_although_the_bill_was_settled_becomes_credit(shop: Shop) -> None:
    page = name_of(shop.page())
    shop.pay_cash("118.29")
    shop.books.pay(page)

    assert ["booked"] == shop.hear()
    assert D(0) == shop.left()


def test_a_top_up_names_the_account_and_is_booked_to_it(shop: Shop) -> None:
    account = shop.session.execute(text("SELECT public_id FROM account")).scalar_one()
    with pytest.raises(NotFoundError, match="prepaid"):
        request_payment.top_up_page(shop.session, account, D("50.00"), shop.provider, public_url=PUBLIC)
    shop.session.execute(text("UPDATE account_mode SET mode = 'prepaid'"))
    page = request_payment.top_up_page(shop.session, account, D("50.00"), shop.provider, public_url=PUBLIC)
    shop.books.pay(name_of(page))

    assert ["booked"] == shop.hear()
    assert D("68.29") == shop.left()
    with pytest.raises(NotFoundError):
        request_payment.top_up_page(shop.session, UUID(int=7), D(1), shop.provider, public_url=PUBLIC)
    with pytest.raises(InputError):
        request_payment.top_up_page(shop.session, account, D("0.001"), shop.provider, public_url=PUBLIC)


def test_trying_a_company_makes_a_page_that_nobody_is_sent(shop: Shop) -> None:
    ref = request_payment.try_company(shop.provider, "EUR", public_url=PUBLIC)

    link = shop.books.link(ref)
    assert ("1", "EUR", "TEST") == (link["amount"], link["currency"], link["reference"])
