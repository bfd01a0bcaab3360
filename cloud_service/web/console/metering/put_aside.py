"""Meters whose days could not be made: why, how often it was tried, and a button to try it again."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from cloud_service.flow.metering.try_days_again import try_days_again
from cloud_service.store.metering.validation.register_faults import FAULTS_MAX, faults
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.database import session
from cloud_service.web.language.sentences import ngettext

blueprint = Blueprint("put_aside", __name__)


@blueprint.get("/meters/put-aside")
@access(May.READ)
def index() -> str:
    """The list; first what waits for a person."""
    return render_template("console/put_aside.html", faults=faults(session(), scope().entities), most=FAULTS_MAX)


@blueprint.post("/meters/put-aside")
@access(May.CONTRACT)
def all_again() -> Response:
    """All of them are tried within a minute."""
    return _again(None)


@blueprint.post("/meters/<uuid:public_id>/try-again")
@access(May.CONTRACT)
def again(public_id: UUID) -> Response:
    """One meter is tried within a minute."""
    return _again(public_id)


def _again(meter: UUID | None) -> Response:
    count = try_days_again(session(), scope(), meter, author=actor())
    session().commit()
    sentence = ngettext(
        "%(num)s counter is tried again within a minute.", "%(num)s counters are tried again within a minute.", count
    )
    flash(sentence, "success")
    return redirect(url_for("put_aside.index"))
