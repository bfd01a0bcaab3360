"""A payment company in one process, for demos and tests: a page to pay on, an API, signed webhooks that are retried.

`python -m cloud_service.payments.simulated_company --port 8010`; it moves no money.
"""

import hmac
import logging
import signal
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from urllib.parse import urlsplit

import click
from flask import Flask, Response, jsonify, redirect, render_template, request
from flask_babel import Babel, get_locale
from werkzeug.wrappers import Response as BaseResponse

from cloud_service.domain.money import round_money
from cloud_service.payments import signature
from cloud_service.payments.company_books import CompanyBooks
from common.errors import ConflictError, EnergyError, ForbiddenError, InputError, NotFoundError

STATUS: dict[type[EnergyError], int] = {
    InputError: 400,
    ForbiddenError: 401,
    NotFoundError: 404,
    ConflictError: 409,
}
PAUSE_S = 0.5
TIMEOUT_S = 10.0
TRANSLATIONS = Path(__file__).parents[1] / "web" / "translations"
POLICY = "default-src 'none'; style-src 'self'; form-action *; frame-ancestors 'none'; base-uri 'none'"
log = logging.getLogger("energy.payments")


def create_company(books: CompanyBooks, key: str, own_url: str = "") -> Flask:
    """The company's API and pages; `key` is what the shop signs in with, `own_url` the company's address for payers."""
    app = Flask(__name__, template_folder="templates", static_folder="static")
    Babel(app, default_translation_directories=str(TRANSLATIONS), locale_selector=_language)
    app.jinja_env.globals["get_locale"] = get_locale
    app.register_error_handler(EnergyError, _error)
    app.after_request(_headers)
    _api(app, books, key, own_url)
    _pages(app, books)
    return app


def _language() -> str | None:
    """The browser's choice of the languages that there are."""
    return request.accept_languages.best_match(["en", *(path.name for path in TRANSLATIONS.glob("*/"))])


def _api(app: Flask, books: CompanyBooks, key: str, own_url: str) -> None:
    def check_key() -> None:
        authorization = request.headers.get("Authorization", "")
        if not key or not hmac.compare_digest(authorization.encode(), f"Bearer {key}".encode()):
            raise ForbiddenError("the key is wrong")

    @app.post("/v1/links")
    def add_link() -> Response:
        check_key()
        fields = _fields()
        if urlsplit(str(fields.get("return_url", ""))).scheme not in ("http", "https"):
            raise InputError("not a web address", path="return_url")
        link = books.add_link(fields, request.headers.get("Idempotency-Key", ""))
        return jsonify(link | {"url": f"{own_url or request.host_url.rstrip('/')}/pay/{link['id']}"})

    @app.get("/v1/links/<link>")
    def show_link(link: str) -> Response:
        check_key()
        return jsonify(books.link(link))

    @app.post("/v1/refunds")
    def add_refund() -> Response:
        check_key()
        fields = _fields()
        amount = Decimal(str(fields["amount"]))
        return jsonify(books.add_refund(str(fields["payment"]), amount, request.headers.get("Idempotency-Key", "")))

    @app.get("/v1/settlements")
    def settlements() -> Response:
        check_key()
        return jsonify(settlements=books.settlements(request.args.get("since", "")))


def _pages(app: Flask, books: CompanyBooks) -> None:
    @app.get("/pay/<link>")
    def page(link: str) -> str:
        link_state = books.link(link)
        return render_template(
            "pay.html", link=link_state, amount=f"{round_money(link_state['amount'], link_state['currency']):,}"
        )

    @app.post("/pay/<link>")
    def answer(link: str) -> BaseResponse:
        paid = request.form.get("answer") == "pay"
        link_state = books.pay(link) if paid else books.decline(link)
        return redirect(link_state["return_url"], code=303)


def _fields() -> dict[str, str]:
    fields = request.get_json(silent=True)
    if not isinstance(fields, dict):
        raise InputError("the body is no JSON object")
    try:
        Decimal(str(fields["amount"]))
    except (KeyError, InvalidOperation) as error:
        raise InputError("an amount is missing or no number", path="amount") from error
    return fields


def _error(error: EnergyError) -> tuple[Response, int]:
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
    return jsonify(error=error.message), status


def _headers(answer: Response) -> Response:
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer


class Messenger:
    """Tells the shop what happened until it answers 2xx; the same event keeps its id, each try a fresh signature."""

    def __init__(self, books: CompanyBooks, webhook_url: str, secret: str, clock: Callable[[], datetime]) -> None:
        self._books = books
        self._url = webhook_url
        self._secret = secret
        self._clock = clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        """Begin telling."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the call under way, then end."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(PAUSE_S):
            self.tell_all()

    def tell_all(self) -> None:
        """One round over the events that are due."""
        for event, body in self._books.due_events():
            if self._delivered(body):
                self._books.event_taken(event)
            else:
                self._books.event_refused(event)

    def _delivered(self, body: bytes) -> bool:
        headers = {
            "Content-Type": "application/json",
            signature.HEADER: signature.sign(self._secret, body, self._clock()),
        }
        call = urllib.request.Request(self._url, data=body, headers=headers, method="POST")  # noqa: S310 - own setting
        try:
            with urllib.request.urlopen(call, timeout=TIMEOUT_S):  # noqa: S310 - as above
                return True
        except urllib.error.HTTPError as error:
            with error:
                log.warning("the shop answered %s: %s", error.code, error.read()[:300].decode(errors="replace"))
            return False
        except OSError as error:
            log.warning("the shop does not answer: %s", error)
            return False


FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _now() -> datetime:
    return datetime.now(UTC)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8010, show_default=True, type=click.IntRange(1, 65535))
@click.option("--data-dir", envvar="ENERGY_DATA_DIR", default=".energy", type=click.Path(path_type=Path))
@click.option("--own-url", envvar="PAYMENT_URL", default="", help="The company's address as payers see it.")
@click.option("--shop-url", envvar="PUBLIC_URL", default="http://127.0.0.1:8000", help="Where webhooks go.")
@click.option("--key-file", envvar="PAYMENT_SECRET_FILE", required=True, type=FILE)
@click.option("--webhook-secret-file", envvar="PAYMENT_WEBHOOK_SECRET_FILE", required=True, type=FILE)
def main(  # noqa: PLR0917 - click passes them by name
    host: str,
    port: int,
    data_dir: Path,
    own_url: str,
    shop_url: str,
    key_file: Path,
    webhook_secret_file: Path,
) -> None:
    """Serve the company until stopped."""
    from werkzeug.serving import make_server

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a supervisor's stop is as clean as Ctrl-C
    books = CompanyBooks(data_dir / "payments.sqlite", _now)
    secret = webhook_secret_file.read_text().strip()
    messenger = Messenger(books, f"{shop_url.rstrip('/')}/webhooks/simulated", secret, _now)
    server = make_server(host, port, create_company(books, key_file.read_text().strip(), own_url), threaded=True)
    messenger.start()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        messenger.stop()
        server.server_close()
        books.close()


if __name__ == "__main__":
    main()
