"""Settings → Mail: the relay that takes our letters; a test shows what its server said, before anything is kept."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from cloud_service.flow import mail_relay
from cloud_service.settings import MailSettings, Settings
from cloud_service.store.delivery import mail_relay as stored_relay
from cloud_service.store.scope import Scope
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer
from cloud_service.web.language.labels import options
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.language.sentences import ngettext
from common.errors import ForbiddenError, InputError

blueprint = Blueprint("mail", __name__)
TRY = Field("test_to", _l("Send a test to"), "email", _l("The page shows what the mail server answered."))


def _fields(*, has_password: bool) -> tuple[Field, ...]:
    password_hint = _("A password is kept; leave this empty to keep it.") if has_password else ""
    return (
        Field("host", _("Mail server"), hint=_("Of your provider, for example smtp.example.com."), required=True),
        Field(
            "security",
            _("Encryption"),
            "choice",
            _("None: only on this machine, or without a password."),
            options=options("mail_security"),
        ),
        Field("port", _("Port"), "number", _("Empty: 587 with STARTTLS, 465 with TLS, 25 without.")),
        Field("sender", _("From"), "email", _("Who your mails come from."), required=True),
        Field("username", _("User name")),
        Field("password", _("Password"), "password", password_hint),
        TRY,
    )


@blueprint.route("/settings/mail", methods=["GET", "POST"])
@access(May.MANAGE)
def index() -> Any:
    """The relay, with what waits for it; where the environment names one, it can be tried only."""
    environment_relay = _settings().mail
    page = FormPage(_("Mail"), (_("Settings"), url_for("settings.index")), _("Keep and send what waits"))
    if scope() != Scope():
        return _shown(page, None, environment_relay)
    form = _form_to_try() if environment_relay else _form_to_set()
    if request.method == "POST" and (environment_relay or request.form.get("do") == "try"):
        return answer(
            form,
            page,
            lambda: _tried(form, page, environment_relay),
            template="console/mail.html",
            **_values(environment_relay),
        )
    return answer(form, page, lambda: _kept(form), template="console/mail.html", **_values(environment_relay))


@blueprint.post("/settings/mail/forget")
@access(May.MANAGE)
def forget() -> Response:
    """No relay from now on."""
    if scope() != Scope():
        raise ForbiddenError(_("the mail server belongs to the whole installation"))
    mail_relay.forget_relay(session(), author=actor())
    session().commit()
    flash(_("Letters wait from now on, until a mail server is set."), "success")
    return redirect(url_for("mail.index"))


def _form_to_set() -> Form:
    stored = stored_relay.relay(session())
    initial: dict[str, Any] = {"security": "starttls", "test_to": current_user.email}
    if stored:
        initial |= {key: getattr(stored, key) for key in ("host", "security", "port", "sender", "username")}
    return Form(_fields(has_password=bool(stored and stored.sealed_password)), initial)


def _form_to_try() -> Form:
    return Form((TRY,), {"test_to": current_user.email})


def _kept(form: Form) -> Response:
    letters = mail_relay.set_relay(session(), _details(form), _settings().secret_key, author=actor())
    said = ngettext("Kept. %(num)s letter that waited goes now.", "Kept. %(num)s letters that waited go now.", letters)
    flash(said if letters else _("Kept. Letters go by this server from now on."), "success")
    return redirect(url_for("mail.index"))


def _tried(form: Form, page: FormPage, environment_relay: MailSettings | None) -> str:
    """Send a test with what was typed; nothing is kept."""
    recipient = form["test_to"]
    if not recipient:
        raise InputError(_("an address is missing"), path="test_to")
    relay = environment_relay or mail_relay.checked(session(), _details(form), _settings().secret_key)
    replies = mail_relay.try_relay(relay, recipient, datetime.now(UTC))
    return _shown(page, form, environment_relay, replies=replies, recipient=recipient)


def _details(form: Form) -> mail_relay.RelayDetails:
    return mail_relay.RelayDetails(
        host=form["host"], sender=form["sender"], security=form["security"], port=form["port"],
        username=form["username"], password=form["password"],
    )  # fmt: skip


def _shown(page: FormPage, form: Form | None, environment_relay: MailSettings | None, **values: Any) -> str:
    return render_template("console/mail.html", page=page, form=form, **_values(environment_relay), **values)


def _values(environment_relay: MailSettings | None) -> dict[str, Any]:
    relay = environment_relay or stored_relay.relay(session())
    return {"environment_relay": environment_relay, "relay": relay}


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
