"""A shop: the application with one issued invoice, and the simulated payment company that it sells through."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from cloud_service.app import create_app
from cloud_service.flow.issue import issue
from cloud_service.flow.rate import rate_contracts
from cloud_service.payments import signature
from cloud_service.payments.company_books import CompanyBooks
from cloud_service.payments.simulated_company import create_company
from cloud_service.settings import Settings
from cloud_service.store.invoicing.invoice_rows import WrittenInvoice
from common.period import Span
from tests.books.world import World, build

KEY, SECRET = "key-of-the-test", "webhook-secret-of-the-test"
OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))


@dataclass
class Shop:
    """The application, the company and one issued invoice of 118.29 EUR."""

    client: FlaskClient
    books: CompanyBooks
    engine: Engine
    invoice: WrittenInvoice

    def value(self, query: str) -> Any:
        with self.engine.connect() as connection:
            return connection.execute(text(query)).scalar()

    def to_pay(self) -> str:
        """The payer follows the link of the bill; the company's name of the page."""
        answer = self.client.get(f"/pay/{self.invoice.public_id}/go")
        assert answer.status_code == 303, answer.text
        return str(answer.headers["Location"]).rpartition("/")[2]

    def call(self, body: bytes, header: str | None = None) -> int:
        header = signature.sign(SECRET, body, datetime.now(UTC)) if header is None else header
        return self.client.post("/webhooks/simulated", data=body, headers={signature.HEADER: header}).status_code

    def bodies(self) -> list[bytes]:
        return [body for _, body in self.books.due_events()]

    def left(self) -> Decimal:
        return Decimal(
            self.value(
                "SELECT i.total - coalesce(sum(a.amount), 0) FROM invoice i"
                " LEFT JOIN allocation a ON a.invoice_id = i.id GROUP BY i.id"
            )
        )


def serve(app: Any) -> Any:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server


def open_shop(session: Session, engine: Engine, tmp_path: Path) -> Iterator[Shop]:
    world = build(session, tenants=1)
    world.readings(world.registers[0], OCTOBER)
    (issued,) = bill(world)
    books = CompanyBooks(tmp_path / "payments.sqlite", lambda: datetime.now(UTC))
    company = serve(create_company(books, KEY))
    settings = Settings(
        "", "", "s" * 32, payment_provider="simulated",
            payment_url=f"http://127.0.0.1:{company.server_port}", payment_secret=KEY,
        payment_webhook_secret=SECRET, demo=True,
    )  # fmt: skip
    app = create_app(settings, engine)
    yield Shop(app.test_client(), books, engine, issued)
    company.shutdown()
    company.server_close()
    books.close()


def bill(world: World) -> list[WrittenInvoice]:
    outcomes = rate_contracts(world.session, world.contracts, OCTOBER)
    issued = issue(world.session, [o.rated for o in outcomes if o.rated], bill_date=date(2026, 11, 2), author="test")
    world.session.commit()
    return issued
