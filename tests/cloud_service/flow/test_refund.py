"""Giving money back through a provider, against the simulated company over HTTP."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from cloud_service.flow.refund import refund
from common.errors import ConflictError, NotFoundError
from tests.cloud_service.flow.shop import Shop, name_of, open_shop

D = Decimal


@pytest.fixture
def shop(session: Session, tmp_path: Path) -> Iterator[Shop]:
    with open_shop(session, tmp_path) as shop:
        yield shop


def test_a_refund_is_booked_when_the_company_tells_of_it_and_opens_the_bill(shop: Shop) -> None:
    shop.books.pay(name_of(shop.page()))
    shop.hear()
    first = refund(shop.session, shop.payment(), D("18.29"), shop.provider, author="t", key="a")
    again = refund(shop.session, shop.payment(), D("18.29"), shop.provider, author="t", key="a")

    assert first == again
    assert D(0) == shop.left()
    assert ["booked"] == shop.hear()
    assert D("18.29") == shop.left()


def test_more_than_is_left_is_refused_here_and_at_the_company(shop: Shop) -> None:
    shop.books.pay(name_of(shop.page()))
    shop.hear()
    refund(shop.session, shop.payment(), D("100.00"), shop.provider, author="t", key="a")

    with pytest.raises(ConflictError):  # not booked yet: the company knows better
        refund(shop.session, shop.payment(), D("100.00"), shop.provider, author="t", key="b")
    shop.hear()
    with pytest.raises(ConflictError, match="left of the payment"):
        refund(shop.session, shop.payment(), D("18.30"), shop.provider, author="t", key="c")


def test_only_what_came_by_the_provider_goes_back_by_it(shop: Shop) -> None:
    shop.pay_cash("18.29")

    with pytest.raises(ConflictError, match="came by cash"):
        refund(shop.session, shop.payment(), D("1.00"), shop.provider, author="t", key="a")
    with pytest.raises(NotFoundError):
        refund(shop.session, 4711, D("1.00"), shop.provider, author="t", key="a")
