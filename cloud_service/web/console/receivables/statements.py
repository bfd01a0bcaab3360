"""The statement of an account: chosen days as PDF, by mail, or each month or quarter by itself; letters that rest."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from cloud_service.flow import account_statement as flow
from cloud_service.flow.dunning.reminders_off import set_reminders_off
from cloud_service.store.delivery import outgoing, timed_statements
from cloud_service.store.lookups.customers import account as account_of
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import today
from cloud_service.web.console.shared_fields import REASON
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer, say_changed
from cloud_service.web.language.labels import options
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l
from common.errors import InputError, NotFoundError

blueprint = Blueprint("statements", __name__)
PAGE = 50
DIGITS = 19  # of the largest row the database can have
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


@blueprint.route("/accounts/<uuid:public_id>/letters", methods=["GET", "POST"])
@access(May.COLLECT)
def letters(public_id: UUID) -> Any:
    """Whether the client gets statements by itself, and until when no reminders."""
    account, client = account_of(session(), scope(), public_id)
    form = Form(
        (
            Field("every", _("Statements of account"), "choice", _("On the first day after, from 8 o'clock."),
                  options=options("statement_every")),
            Field("rests_until", _("No reminders before"), "date", _("Empty: reminders go out as ever.")),
            REASON,
        ),
        {"every": account.statement_every, "rests_until": account.no_reminders_until},
    )  # fmt: skip
    back = url_for("accounts.show", public_id=public_id)
    page = FormPage(
        _("Letters of %(account)s", account=account.number), (f"{account.number} · {client.name}", back),
        _("Keep it"), "" if client.email else _("Without e-mail address, statements wait to be printed."),
    )  # fmt: skip

    def do() -> AnyResponse:
        if form["rests_until"] is not None and form["rests_until"] <= today():
            raise InputError(_("this day is over"), path="rests_until", hint=_("a day to come, or none"))
        about = {"author": actor(), "reason": form["reason"]}
        changed = [
            *([_("statements")] if flow.set_every(session(), account.id, form["every"], today(), **about) else []),
            *([_("reminders")] if set_reminders_off(session(), account.id, form["rests_until"], **about) else []),
        ]
        say_changed(changed)
        return redirect(back)

    return answer(form, page, do)


@blueprint.get("/statements")
@access(May.READ)
def index() -> str:
    """The statements that went out by themselves, and those that wait to be printed."""
    before = request.args.get("before", "")
    rows = timed_statements.sent_statements(
        session(), scope(), before=int(before) if before.isdecimal() and len(before) < DIGITS else None, rows=PAGE
    )
    return render_template(
        "console/statements.html", rows=rows, more=rows[-1].id if len(rows) == PAGE else None,
    )  # fmt: skip


@blueprint.get("/statements/<uuid:statement_public_id>.pdf")
@access(May.READ)
def pdf(statement_public_id: UUID) -> Response:
    """A statement as it was sent."""
    if not timed_statements.sent_statements(session(), scope(), public_id=statement_public_id):
        raise NotFoundError(_("there is no such statement"))
    document = outgoing.stored_document(session(), timed_statements.document_of(session(), statement_public_id))
    file = Response(document.body, mimetype=document.media_type)
    name = document.filename.encode("ascii", "replace").decode()
    file.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return file
