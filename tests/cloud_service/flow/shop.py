"""A shop with one unpaid invoice whose payment company is the simulated one, over HTTP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from cloud_service.flow import collect, request_payment
from cloud_service.flow.issue import issue
from cloud_service.flow.rate import rate_contracts
from cloud_service.payments import signature
from cloud_service.payments.company_books import CompanyBooks
from cloud_service.payments.simulated import Simulated
from cloud_service.payments.simulated_company import create_company
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
        """Where the invoice can be paid."""
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

    def pay_cash(self, amount: str) -> None:
        """By hand, to the invoice's account."""
        collect.pay(
            self.session, self.world.accounts[0], D(amount), provider="cash", reference="1", day=date(2026, 11, 5),
            author="t",
        )  # fmt: skip

    def payment(self) -> int:
        """The id of the first payment."""
        return int(self.session.execute(text("SELECT id FROM payment ORDER BY id LIMIT 1")).scalar_one())

    def left(self) -> Decimal:
        """What is still to pay of the invoice."""
        return request_payment.payable_invoice(self.session, self.invoice).left


@contextmanager
def open_shop(session: Session, folder: Path) -> Iterator[Shop]:
    """The shop and its payment company, until the block ends."""
    world = build(session, tenants=1)
    world.readings(world.registers[0], OCTOBER)
    rated = [one.rated for one in rate_contracts(session, world.contracts, OCTOBER) if one.rated]
    (issued,) = issue(session, rated, bill_date=date(2026, 11, 2), author="test")
    books = CompanyBooks(folder / "payments.sqlite", lambda: datetime.now(UTC))
    server = make_server("127.0.0.1", 0, create_company(books, "key"), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    provider = Simulated(f"http://127.0.0.1:{server.server_port}", "key", "secret")
    try:
        yield Shop(session, world, books, provider, issued.public_id, datetime.now(UTC))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        books.close()


def name_of(page: str) -> str:
    """The company's name of a page, out of its address."""
    return page.rpartition("/")[2]
