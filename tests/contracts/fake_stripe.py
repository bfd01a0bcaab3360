"""A stateful Stripe on loopback for the real client: Checkout, refunds, disputes, payouts, idempotency."""

import json
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import stripe
from flask import Flask, Request, Response, jsonify, request
from werkzeug.serving import make_server

FEE_PERCENT = 2


def nested(form: Any) -> dict[str, Any]:
    """`a[b][0]=c` as {"a": {"b": {"0": "c"}}}, as Stripe reads its forms."""
    fields: dict[str, Any] = {}
    for name, value in form.items(multi=True):
        at = fields
        keys = name.replace("]", "").split("[")
        for key in keys[:-1]:
            at = at.setdefault(key, {})
        at[keys[-1]] = value
    return fields


class RefusedError(Exception):
    def __init__(self, status: int, kind: str, message: str, code: str = "", param: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.facts = {"type": kind, "message": message, "code": code or None, "param": param or None}


class FakeStripe:
    """`url` is its address; `events` are (body, headers) of what it would call webhooks with."""

    def __init__(self, key: str, webhook_secret: str) -> None:
        self.key = key
        self.secret = webhook_secret
        self.sessions: dict[str, dict[str, Any]] = {}
        self.intents: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.payouts: dict[str, dict[str, Any]] = {}
        self.movements: list[dict[str, Any]] = []
        self.events: list[tuple[bytes, dict[str, str]]] = []
        self._answers: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
        self._server = make_server("127.0.0.1", 0, self._app(), threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    # -- what payers, banks and Stripe itself do -----------------------------------------------------------------

    def pay(self, session_id: str, *, later: bool = False) -> None:
        """The payer pays; `later` completes the page while the bank debit is still under way."""
        session = self.sessions[session_id]
        if session["status"] == "complete" and session["payment_status"] == "paid":
            return
        if session["payment_intent"] is None:
            intent = {
                "id": f"pi_{uuid.uuid4().hex[:24]}",
                "object": "payment_intent",
                "amount": session["amount_total"],
            }
            self.intents[intent["id"]] = intent | {"currency": session["currency"], "refunded": 0}
            session["payment_intent"] = intent["id"]
        first = session["status"] == "open"
        session |= {"status": "complete", "payment_status": "unpaid" if later else "paid"}
        if not later:
            self._move("charge", session["payment_intent"], session["amount_total"], session["currency"])
        kind = "completed" if first else "async_payment_succeeded"
        self._tell(f"checkout.session.{kind}", session)

    def fail(self, session_id: str) -> None:
        session = self.sessions[session_id]
        self._tell("checkout.session.async_payment_failed", session)

    def expire(self, session_id: str) -> None:
        session = self.sessions[session_id]
        session["status"] = "expired"
        self._tell("checkout.session.expired", session)

    def dispute(self, payment_intent: str) -> None:
        intent = self.intents[payment_intent]
        self._move("adjustment", payment_intent, -intent["amount"], intent["currency"])
        dispute = {"id": f"dp_{uuid.uuid4().hex[:24]}", "object": "dispute", "payment_intent": payment_intent}
        self._tell("charge.dispute.funds_withdrawn", dispute | {key: intent[key] for key in ("amount", "currency")})

    def pay_out(self) -> None:
        """Everything that moved goes to the bank, one payout a currency."""
        for currency in {row["currency"] for row in self.movements if "payout" not in row}:
            rows = [row for row in self.movements if row["currency"] == currency and "payout" not in row]
            payout = {
                "id": f"po_{uuid.uuid4().hex[:24]}", "object": "payout", "status": "paid", "currency": currency,
                "arrival_date": int(time.time()), "amount": sum(row["amount"] - row["fee"] for row in rows),
            }  # fmt: skip
            self.payouts[payout["id"]] = payout
            for row in rows:
                row["payout"] = payout["id"]

    def sign(self, body: bytes, *, secret: str = "", at: int | None = None) -> dict[str, str]:
        header = stripe.WebhookSignature.generate_signature_header(body.decode(), secret or self.secret, at)
        return {"Stripe-Signature": header}

    def _tell(self, kind: str, thing: dict[str, Any]) -> None:
        event = {
            "id": f"evt_{uuid.uuid4().hex[:24]}", "object": "event", "type": kind, "created": int(time.time()),
            "data": {"object": thing},
        }  # fmt: skip
        body = json.dumps(event).encode()
        self.events.append((body, self.sign(body)))

    def _move(self, kind: str, intent: str, amount: int, currency: str) -> None:
        fee = amount * FEE_PERCENT // 100 if kind == "charge" else 0
        row = {"id": f"txn_{uuid.uuid4().hex[:20]}", "object": "balance_transaction", "type": kind, "amount": amount}
        self.movements.append(
            row | {"fee": fee, "currency": currency, "source": {"id": f"x_{intent}", "payment_intent": intent}}
        )

    # -- the API -------------------------------------------------------------------------------------------------

    def _app(self) -> Flask:
        app = Flask("fake_stripe")
        app.add_url_rule(
            "/v1/checkout/sessions", view_func=self._post(self._make_session), methods=["POST"], endpoint="a"
        )
        app.add_url_rule("/v1/refunds", view_func=self._post(self._make_refund), methods=["POST"], endpoint="b")
        app.add_url_rule("/v1/checkout/sessions/<name>", view_func=self._show_session, endpoint="c")
        app.add_url_rule("/v1/payouts", view_func=self._list_payouts, endpoint="d")
        app.add_url_rule("/v1/balance_transactions", view_func=self._list_movements, endpoint="e")

        @app.errorhandler(RefusedError)
        def refused(error: RefusedError) -> tuple[Response, int]:
            return jsonify(error=error.facts), error.status

        return app

    def _check_key(self, given: Request) -> None:
        if given.headers.get("Authorization") != f"Bearer {self.key}":
            raise RefusedError(401, "invalid_request_error", "Invalid API Key provided")

    def _post(self, make: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[], Response]:
        def answer() -> Response:
            self._check_key(request)
            form = nested(request.form)
            key = request.headers.get("Idempotency-Key", "")
            if key in self._answers:
                before, announced = self._answers[key]
                if before != form:
                    raise RefusedError(
                        400,
                        "idempotency_error",
                        "Keys for idempotent requests can only be used with the same parameters",
                    )
                return jsonify(announced)
            announced = make(form)
            self._answers[key] = form, dict(announced)
            return jsonify(announced)

        return answer

    def _make_session(self, form: dict[str, Any]) -> dict[str, Any]:
        price = form["line_items"]["0"]["price_data"]
        count = int(price["unit_amount"]) * int(form["line_items"]["0"]["quantity"])
        name = f"cs_test_{uuid.uuid4().hex}"
        session = {
            "id": name, "object": "checkout.session", "status": "open", "payment_status": "unpaid",
            "amount_total": count, "currency": price["currency"], "payment_intent": None, "metadata": form["metadata"],
            "client_reference_id": form["client_reference_id"], "url": f"https://checkout.stripe.com/c/pay/{name}",
            "expires_at": int(time.time()) + 86400, "mode": form["mode"], "success_url": form["success_url"],
        }  # fmt: skip
        self.sessions[name] = session
        return session

    def _show_session(self, name: str) -> Response:
        self._check_key(request)
        if name not in self.sessions:
            raise RefusedError(
                404, "invalid_request_error", f"No such checkout.session: '{name}'", "resource_missing", "session"
            )
        session = dict(self.sessions[name])
        if session["payment_intent"] and request.args.get("expand[0]") == "payment_intent.latest_charge":
            intent = self.intents[session["payment_intent"]]
            charge = {"id": f"ch_{intent['id']}", "object": "charge", "amount_refunded": intent["refunded"]}
            session["payment_intent"] = {"id": intent["id"], "object": "payment_intent", "latest_charge": charge}
        return jsonify(session)

    def _make_refund(self, form: dict[str, Any]) -> dict[str, Any]:
        intent = self.intents.get(form["payment_intent"])
        if intent is None:
            raise RefusedError(
                404, "invalid_request_error", "No such payment_intent", "resource_missing", "payment_intent"
            )
        amount = int(form["amount"])
        left = intent["amount"] - intent["refunded"]
        if left == 0:
            raise RefusedError(
                400, "invalid_request_error", "Charge has already been refunded.", "charge_already_refunded"
            )
        if amount > left:
            raise RefusedError(
                400,
                "invalid_request_error",
                f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
                param="amount",
            )
        intent["refunded"] += amount
        refund = {
            "id": f"re_{uuid.uuid4().hex[:24]}", "object": "refund", "amount": amount, "currency": intent["currency"],
            "payment_intent": intent["id"], "status": "succeeded",
        }  # fmt: skip
        self._move("refund", intent["id"], -amount, intent["currency"])
        self._tell("refund.created", refund)
        self._tell("refund.updated", refund)
        return refund

    def _list_payouts(self) -> Response:
        self._check_key(request)
        since = int(request.args.get("arrival_date[gte]", 0))
        return self._page([row for row in self.payouts.values() if row["arrival_date"] >= since], "/v1/payouts")

    def _list_movements(self) -> Response:
        self._check_key(request)
        payout = request.args["payout"]
        return self._page([row for row in self.movements if row.get("payout") == payout], "/v1/balance_transactions")

    def _page(self, rows: list[dict[str, Any]], url: str) -> Response:
        """Two a page, so that the client has to turn pages."""
        ids = [row["id"] for row in rows]
        start = ids.index(request.args["starting_after"]) + 1 if "starting_after" in request.args else 0
        return jsonify(object="list", url=url, data=rows[start : start + 2], has_more=len(rows) > start + 2)
