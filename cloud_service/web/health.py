"""Is this process alive, and can it do its work? For load balancers and for the supervisor."""

from flask import Blueprint, Response, current_app, jsonify

from cloud_service.store.database.health import database_answers
from cloud_service.web.access import public
from cloud_service.web.database import engine

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def alive() -> Response:
    """The process answers, and says whose it is: another installation may have had this port before."""
    return jsonify(status="ok", installation=current_app.extensions["settings"].installation)


@blueprint.get("/readyz")
@public
def ready() -> tuple[Response, int]:
    """The database answers and has the tables of this version."""
    fault = database_answers(engine())
    if fault:
        return jsonify(status="unavailable", reason=fault), 503
    return jsonify(status="ready"), 200
