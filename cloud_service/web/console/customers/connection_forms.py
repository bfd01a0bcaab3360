"""Forms of connections: moving out, another payer, another tariff, another meter."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from cloud_service.flow.customers import contract as flow
from cloud_service.store.lookups.customers import connection as connection_of
from cloud_service.store.lookups.ids_by_name import account_id, tariff_id
from cloud_service.store.scope import Scope
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import today
from cloud_service.web.console.customers.connection_fields import (
    account_field,
    connection_page,
    tariff_field,
)
from cloud_service.web.console.shared_fields import REASON_BELOW
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, answer
from cloud_service.web.language.sentences import gettext as _

blueprint = Blueprint("connection_forms", __name__)


@blueprint.route("/connections/<uuid:public_id>/owner", methods=["GET", "POST"])
@access(May.CONTRACT)
def owner(public_id: UUID) -> Any:
    """Another account pays."""
    connection = connection_of(session(), scope(), public_id)
    form = Form(
        (account_field(_("Who pays from then on")), Field("day", _("From"), "date", required=True), REASON_BELOW),
        {"day": today()},
    )
    page = connection_page(
        connection,
        _("Another payer for %(point)s", point=connection.point.name),
        _("Change the payer"),
        _("The point and the tariff stay."),
    )

    def do() -> Response:
        payer = account_id(session(), form["account"], scope())
        flow.change_owner(
            session(), connection.contract.id, payer, form["day"], author=actor(),
            reason=form["reason"] or "another payer",
        )  # fmt: skip
        message = _(
            "%(account)s pays from %(day)s on, under a connection of its own.",
            account=form["account"], day=form["day"],
        )  # fmt: skip
        flash(message, "success")
        return redirect(url_for("connections.index", q=connection.contract.number))

    return answer(form, page, do)


@blueprint.route("/connections/<uuid:public_id>/tariff", methods=["GET", "POST"])
@access(May.CONTRACT)
def tariff(public_id: UUID) -> Any:
    """Another tariff."""
    connection = connection_of(session(), scope(), public_id)
    form = Form(
        (tariff_field(_("Tariff from then on")), Field("day", _("From"), "date", required=True), REASON_BELOW),
        {"day": today()},
    )
    page = connection_page(
        connection,
        _("Another tariff for %(number)s", number=connection.contract.number),
        _("Change the tariff"),
        _("Billed days keep theirs."),
    )

    def do() -> Response:
        seller_scope = Scope(entities=frozenset({connection.site.legal_entity_id}))
        next_tariff = tariff_id(session(), form["tariff"], seller_scope)
        agreed = flow.change_tariff(
            session(), connection.contract.id, next_tariff, form["day"], author=actor(),
            reason=form["reason"] or "asked for",
        )  # fmt: skip
        flash(_("%(tariff)s counts from %(day)s on.", tariff=form["tariff"], day=form["day"]), "success")
        if agreed:
            flash(
                _("From %(day)s on it is %(name)s, as was agreed before.", day=agreed.start, name=agreed.name),
                "success",
            )
        return redirect(page.back[1])

    return answer(form, page, do)
