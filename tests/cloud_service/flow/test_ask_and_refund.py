"""Asking for money and giving it back through a provider, against the simulated company over HTTP."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from cloud_service.flow import collect, request_payment
from cloud_service.flow.issue import issue
from cloud_service.flow.rate import rate_contracts
from cloud_service.flow.refund import refund
from cloud_service.payments import signature
from cloud_service.payments.company_books import CompanyBooks
from cloud_service.payments.simulated import Simulated
from cloud_service.payments.simulated_company import create_company
from common.errors import ConflictError, InputError, NotFoundError
from common.period import Span
from tests.books.world import World, build

D = Decimal
OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
PUBLIC = "https://energy.example"


@dataclass
class Shop:
    session: Session
    world: World
    books: CompanyBooks
    provider: Simulated
    invoice: UUID
    now: datetime

    def clock(self) -> datetime:
        return self.now

    def page(self) -> str:
        return request_payment.pay_page(self.session, self.invoice, self.provider, self.clock, public_url=PUBLIC)

    def hear(self) -> list[str]:
        """Book all that the company tells."""
        outcomes = []
        for event, body in self.books.due_events():
            header = {signature.HEADER: signature.sign("secret", body, datetime.now(UTC))}
            for found in self.provider.read_webhook(body, header):
                outcomes.append(collect.book_event(self.session, found, self.clock).outcome)
            self.books.event_taken(event)
        return outcomes

    def payment(self) -> int:
        return int(self.session.execute(text("SELECT id FROM payment ORDER BY id LIMIT 1")).scalar_one())

    def left(self) -> Decimal:
        return request_payment.payable_invoice(self.session, self.invoice).left


@pytest.fixture
def shop(session: Session, tmp_path: Path) -> Iterator[Shop]:
    world = build(session, tenants=1)
    world.readings(world.registers[0], OCTOBER)
    rated = [one.rated for one in rate_contracts(session, world.contracts, OCTOBER) if one.rated]
    (issued,) = issue(session, rated, bill_date=date(2026, 11, 2), author="test")
    books = CompanyBooks(tmp_path / "payments.sqlite", lambda: datetime.now(UTC))
    server = make_server("127.0.0.1", 0, create_company(books, "key"), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    provider = Simulated(f"http://127.0.0.1:{server.server_port}", "key", "secret")
    yield Shop(session, world, books, provider, issued.public_id, datetime.now(UTC))
    server.shutdown()
    thread.join()
    server.server_close()
    books.close()


def name_of(page: str) -> str:
    return page.rpartition("/")[2]


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
    collect.pay(
        shop.session,
        shop.world.accounts[0],
        D("18.29"),
        provider="cash",
        reference="1",
        day=date(2026, 11, 5),
        author="t",
    )
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
    collect.pay(
        shop.session,
        shop.world.accounts[0],
        D("118.29"),
        provider="cash",
        reference="1",
        day=date(2026, 11, 5),
        author="t",
    )
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
    collect.pay(
        shop.session,
        shop.world.accounts[0],
        D("18.29"),
        provider="cash",
        reference="1",
        day=date(2026, 11, 5),
        author="t",
    )

    with pytest.raises(ConflictError, match="came by cash"):
        refund(shop.session, shop.payment(), D("1.00"), shop.provider, author="t", key="a")
    with pytest.raises(NotFoundError):
        refund(shop.session, 4711, D("1.00"), shop.provider, author="t", key="a")
