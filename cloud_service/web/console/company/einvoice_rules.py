"""Which official rules e-invoices are held against: the norm's, and those that the operator added or removes."""

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from cloud_service.flow.invoicing import einvoice_rules
from cloud_service.store.scope import Scope
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer
from cloud_service.web.guards import takes_files
from cloud_service.web.language.sentences import gettext as _
from common.errors import EnergyError, ForbiddenError, InputError

blueprint = Blueprint("einvoice_rules", __name__)


@blueprint.route("/settings/e-invoices", methods=["GET", "POST"])
@access(May.MANAGE)
@takes_files(einvoice_rules.ARCHIVE_BYTES_MAX)
def index() -> Any:
    """The rules in use; a ZIP file adds some."""
    may_change = scope() == Scope()
    form = Form((Field("file", _("ZIP file"), "file", _("As KoSIT, Peppol or the Commission publishes it.")),))
    page = FormPage(
        _("Rules of e-invoices"), (_("Settings"), url_for("settings.index")), _("Use these rules"),
        _("They are tried on a made-up bill first, and hold from the next e-invoice on."),
    )  # fmt: skip

    def do() -> Response:
        _refuse_one_company()
        if form["file"] is None:
            raise InputError(_("choose a file"), path="file")
        added = einvoice_rules.add(session(), form["file"].stream.read(), form["file"].filename, author=actor())
        flash(_("In use now: %(names)s.", names=", ".join(f"{each.name} {each.version}" for each in added)), "success")
        return redirect(url_for("einvoice_rules.index"))

    return answer(
        form, page, do, template="console/einvoice_rules.html", may_change=may_change,
        norm=einvoice_rules.of_the_norm(), added=einvoice_rules.in_use(session()),
    )  # fmt: skip


@blueprint.post("/settings/e-invoices/<any(xrechnung, peppol, en16931):family>/remove")
@access(May.MANAGE)
def remove(family: str) -> Response:
    """Use the added rules of a body no more."""
    _refuse_one_company()
    try:
        names = einvoice_rules.remove(session(), family, author=actor())
        session().commit()
    except EnergyError as error:
        flash(Form.sentence(error), "error")
    else:
        flash(_("Not in use any more: %(names)s.", names=", ".join(names)), "success")
    return redirect(url_for("einvoice_rules.index"))


def _refuse_one_company() -> None:
    if scope() != Scope():
        raise ForbiddenError(_("who looks after all companies changes what they share"))
