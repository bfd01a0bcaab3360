"""Where payment providers call: the raw body's signature is checked first, then each event is booked once.

Public, because the signature is the sign-in. 2xx: taken (or known already); 400: forged, altered or stale; 503: send it
again later (a refund that came before its payment).
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol, cast

from flask import Blueprint, Response, current_app, jsonify, request

from cloud_service.domain.receivables.provider_event import ProviderEvent
from cloud_service.flow import collect
from cloud_service.web.access import public
from cloud_service.web.guards import csrf
from cloud_service.web.language.sentences import gettext as _
from common.errors import InputError, NotFoundError, UnavailableError

blueprint = Blueprint("webhooks", __name__)
csrf.exempt(blueprint)
log = logging.getLogger("energy.webhooks")


class WebhookReader(Protocol):
    """The part of a payment provider that pages may use: telling true calls from false ones."""

    name: str

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> Sequence[ProviderEvent]:
        """The events of a genuine call, else an InputError."""


@blueprint.post("/webhooks/<name>")
@public
def receive(name: str) -> tuple[Response, int]:
    """Take a provider's call."""
    provider = cast("WebhookReader | None", current_app.extensions.get("provider"))
    if provider is None or provider.name != name:
        raise NotFoundError(_("no such provider is set up here"))
    try:
        events = provider.read_webhook(request.get_data(cache=False), dict(request.headers))
    except InputError as error:
        log.warning("refused a call for %s: %s", name, error)
        return jsonify(error.as_json()), 400
    try:
        outcomes = [_book(event) for event in events]
    except UnavailableError as error:
        return jsonify(error.as_json()), 503
    return jsonify(outcomes=outcomes), 200


def _book(event: ProviderEvent) -> str:
    """One event in a transaction of its own."""
    with current_app.extensions["sessions"].begin() as session:
        done = collect.book_event(session, event, lambda: datetime.now(UTC))
    log.info("%s %s %s: %s", event.provider, event.kind, event.event_id, done.outcome)
    return str(done.outcome)
