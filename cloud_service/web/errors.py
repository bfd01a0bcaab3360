"""The only place where an error becomes a page or a JSON body; nobody else knows that 404 exists."""

import logging
from typing import Any

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

from cloud_service.store.database.errors import RefusedError, reason_of
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l
from common.errors import ConflictError, EnergyError, ForbiddenError, InputError, NotFoundError, UnavailableError

log = logging.getLogger(__name__)

STATUS: dict[type[EnergyError], int] = {
    InputError: 422,
    NotFoundError: 404,
    ForbiddenError: 403,
    ConflictError: 409,
    UnavailableError: 503,
}
TITLES_AND_HINTS = {
    403: (_l("You may not do this"), _l("Ask an administrator if you need to.")),
    404: (_l("There is no such page"), _l("It may belong to somebody else, or the address is mistyped.")),
    405: (_l("This address does not do that"), _l("Go back and use the buttons of the page.")),
    413: (_l("That is too large"), _l("Send a smaller file.")),
    429: (_l("Too many tries"), _l("Wait a minute, then try again.")),
    500: (
        _l("Something went wrong here"),
        _l("It is in our log. Nothing was half done: each change is made whole or not at all."),
    ),
}


def init_app(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(EnergyError, on_energy_error)
    app.register_error_handler(RefusedError, on_refusal)
    app.register_error_handler(CSRFError, on_csrf)
    app.register_error_handler(HTTPException, on_http)


def on_energy_error(error: EnergyError) -> Response:
    """One of ours: its own words, with what to do."""
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
    return page(status, error.message, error.hint, error.as_json())


def on_refusal(error: RefusedError) -> Response:
    """A constraint of the database stood in the way: two did the same at once, or days overlap."""
    log.warning("refused on %s %s: %s", request.method, request.path, reason_of(error))
    return page(
        409, reason_of(error, detail=False), _("Nothing was stored. Go back and look at the dates and numbers.")
    )


def on_csrf(_error: CSRFError) -> Response:
    """A form that was open too long, or that is not from our page."""
    return page(400, _("This form has expired"), _("Go back, reload the page and send it again."))


def on_http(error: HTTPException) -> Response | HTTPException:
    """What Flask and its friends raise; redirects pass."""
    if error.response is not None or error.code is None:
        return error
    if isinstance(error, InternalServerError):
        log.error("unhandled error on %s %s", request.method, request.path, exc_info=error.original_exception)
    title, hint = TITLES_AND_HINTS.get(error.code, (error.name, ""))
    answer = page(error.code, str(title), str(hint))
    for name, value in error.get_headers(request.environ):
        if name not in ("Content-Type", "Content-Length"):
            answer.headers[name] = value
    return answer


def page(status: int, title: str, hint: str = "", body: dict[str, Any] | None = None) -> Response:
    """An error for a person or, where JSON was asked for, for a program."""
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        return make_response(jsonify(body or {"error": {"code": str(status), "message": title, "hint": hint}}), status)
    return make_response(render_template("error.html", status=status, title=title, hint=hint), status)
