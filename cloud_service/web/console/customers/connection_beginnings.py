"""The beginning of a connection was entered wrongly: another first day, or it never was."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from cloud_service.flow.customers import contract as flow
from cloud_service.store.lookups.customers import connection as connection_of
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.console.customers.connection_fields import connection_page
from cloud_service.web.console.shared_fields import REASON_BELOW
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, answer, say_next
from cloud_service.web.language.sentences import gettext as _

blueprint = Blueprint("connection_beginnings", __name__, url_prefix="/connections/<uuid:public_id>")


@blueprint.route("/start", methods=["GET", "POST"])
@access(May.CONTRACT)
def change_start(public_id: UUID) -> Any:
    """The tenant came on another day than was entered."""
    connection = connection_of(session(), scope(), public_id)
    first = connection.contract.during.lower
    form = Form(
        (Field("day", _("First day"), "date", _("It was %(day)s.", day=first), required=True), REASON_BELOW),
        {"day": first},
    )  # fmt: skip
    page = connection_page(
        connection,
        _("Another first day of %(number)s", number=connection.contract.number),
        _("Change it"),
        _("The owner's days before are moved along. Days that are billed need a credit note first."),
    )

    def do() -> Response:
        flow.change_start(session(), connection.contract.id, form["day"], author=actor(), reason=form["reason"])
        said = _("%(number)s begins on %(day)s.", number=connection.contract.number, day=form["day"])
        say_next(said, url_for("points.show", public_id=connection.point.public_id), _("Who lives there"))
        return redirect(page.back[1])

    return answer(form, page, do)


@blueprint.route("/take-back", methods=["GET", "POST"])
@access(May.CONTRACT)
def take_back(public_id: UUID) -> Any:
    """The connection never was: a tenant's, or the owner's for empty days."""
    connection = connection_of(session(), scope(), public_id)
    number = connection.contract.number
    form = Form((Field("reason", _("Why"), required=True),))
    page = connection_page(
        connection,
        _("Take %(number)s back", number=number),
        _("It never was"),
        _("Its days are the owner's again, or nobody's. Days that are billed need a credit note first."),
    )

    def do() -> Response:
        flow.take_back_contract(session(), connection.contract.id, author=actor(), reason=form["reason"])
        said = _("%(number)s is taken back.", number=number)
        place = url_for("points.show", public_id=connection.point.public_id)
        say_next(said, place, _("Who lives there"))
        return redirect(place)

    return answer(form, page, do)
