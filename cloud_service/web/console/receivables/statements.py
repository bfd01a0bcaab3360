"""The statement of an account: chosen days as PDF, or by mail to the client."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from cloud_service.flow import account_statement as flow
from cloud_service.store.lookups.customers import account as account_of
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import today
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l

blueprint = Blueprint("statements", __name__)
DAY_FIELDS = (
    Field("from", _l("From"), "date", required=True),
    Field("until", _l("Up to and with"), "date", required=True),
)


@blueprint.route("/accounts/<uuid:public_id>/statement", methods=["GET", "POST"])
@access(May.COLLECT)
def choose(public_id: UUID) -> Any:
    """Which days, and how."""
    account, client = account_of(session(), scope(), public_id)
    form = Form(DAY_FIELDS, {"from": today().replace(month=1, day=1), "until": today()})
    back = url_for("accounts.show", public_id=public_id)
    page = FormPage(
        _("Statement of %(account)s", account=account.number),
        (f"{account.number} · {client.name}", back),
        _("Send by mail"),
        _("To %(email)s.", email=client.email) if client.email else _("The client has no e-mail address."),
        icon="send",
    )

    def do() -> AnyResponse:
        days = (form["from"], form["until"])
        if request.form.get("do") == "pdf":
            file = Response(flow.statement(session(), account.id, *days), mimetype="application/pdf")
            name = f"statement-{account.number}-{days[0]}-{days[1]}.pdf".encode("ascii", "replace").decode()
            file.headers["Content-Disposition"] = f'inline; filename="{name}"'
            return file
        to = flow.send(session(), account.id, *days, author=actor())
        flash(_("The statement is on its way to %(recipient)s.", recipient=to), "success")
        return redirect(back)

    return answer(form, page, do, template="console/statement_form.html")
