"""Payment providers with the company's side of them: what pays, declines and settles in a test."""

import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from werkzeug.serving import make_server

from cloud_service.payments import Provider, signature
from cloud_service.payments.company_books import CompanyBooks
from cloud_service.payments.simulated import Simulated
from cloud_service.payments.simulated_company import create_company
from cloud_service.payments.stripe import Stripe
from tests.contracts.fake_stripe import FakeStripe

D = Decimal
SECRET = "webhook-secret-of-this-test"
Call = tuple[bytes, dict[str, str]]


class Company(Protocol):
    """The other side: what payers do, what the company calls us with."""

    provider: Provider

    def pay(self, ref: str) -> None: ...
    def decline(self, ref: str) -> None: ...
    def settle(self) -> None: ...
    def calls(self) -> list[Call]: ...
    def sign(self, body: bytes, *, secret: str = SECRET, age_s: int = 0) -> dict[str, str]: ...
    def stop(self) -> None: ...


class SimulatedSide:
    def __init__(self, folder: Path) -> None:
        self.books = CompanyBooks(folder / "payments.sqlite", lambda: datetime.now(UTC))
        self._server = make_server("127.0.0.1", 0, create_company(self.books, "key"), threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.provider: Provider = Simulated(f"http://127.0.0.1:{self._server.server_port}", "key", SECRET)

    def pay(self, ref: str) -> None:
        self.books.pay(ref)

    def decline(self, ref: str) -> None:
        self.books.decline(ref)

    def settle(self) -> None:
        """Settles by itself."""

    def calls(self) -> list[Call]:
        return [(body, self.sign(body)) for _, body in self.books.due_events()]

    def sign(self, body: bytes, *, secret: str = SECRET, age_s: int = 0) -> dict[str, str]:
        at = datetime.now(UTC) - timedelta(seconds=age_s)
        return {signature.HEADER: signature.sign(secret, body, at)}

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.books.close()


class StripeSide:
    def __init__(self, _folder: Path) -> None:
        self.fake = FakeStripe("sk_test_1", SECRET)
        self.provider: Provider = Stripe("sk_test_1", SECRET, url=self.fake.url, retries=0)

    def pay(self, ref: str) -> None:
        self.fake.pay(ref)

    def decline(self, ref: str) -> None:
        self.fake.fail(ref)

    def settle(self) -> None:
        self.fake.pay_out()

    def calls(self) -> list[Call]:
        return list(self.fake.events)

    def sign(self, body: bytes, *, secret: str = SECRET, age_s: int = 0) -> dict[str, str]:
        return self.fake.sign(body, secret=secret, at=int(datetime.now(UTC).timestamp()) - age_s)

    def stop(self) -> None:
        self.fake.stop()


SIDES: dict[str, Any] = {"simulated": SimulatedSide, "stripe": StripeSide}
