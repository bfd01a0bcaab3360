"""The page of the one-time link that `energy-cloud up` prints: name, address and password of the first administrator.

The code stands behind the # of the link, which browsers send to nobody: a script puts it into the form. Without script
it is typed from the terminal.
"""

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_security import login_user
from werkzeug.wrappers import Response

from cloud_service.flow.first_administrator import NewAdministrator, make_administrator
from cloud_service.store.identity.administrator_links import has_administrator
from cloud_service.web.access import public
from cloud_service.web.clock import now
from cloud_service.web.database import session
from cloud_service.web.language.sentences import gettext as _
from common.errors import EnergyError, ForbiddenError

blueprint = Blueprint("first_administrator", __name__)


@blueprint.app_template_global("no_administrator")
def no_administrator() -> bool:
    """For the page of the sign-in: nobody can have an account yet."""
    return not has_administrator(session())


@blueprint.get("/first")
@public
def index() -> Response | str:
    """The form, for as long as there is no administrator."""
    if has_administrator(session()):
        return redirect(url_for("security.login"))
    return _page(NewAdministrator("", "", "", "", ""))


@blueprint.post("/first")
@public
def make() -> Response | tuple[str, int]:
    """Make the administrator, and sign them in."""
    entry = NewAdministrator(
        *(request.form.get(name, "") for name in ("code", "name", "email", "password", "password_again"))
    )
    try:
        person = make_administrator(session(), entry, now())
        session().commit()
    except EnergyError as error:
        session().rollback()
        return _page(entry, error), 403 if isinstance(error, ForbiddenError) else 400
    login_user(current_app.extensions["security"].datastore.find_user(fs_uniquifier=person.fs_uniquifier))
    session().commit()
    return redirect(url_for("setup.index"))


def _page(entry: NewAdministrator, error: EnergyError | None = None) -> str:
    """The form with what was typed, but for passwords; a fault stands at its field."""
    faults = {error.path: [_said(error)]} if error else {}
    return render_template("first_administrator.html", entry=entry, faults=faults)


def _said(error: EnergyError) -> str:
    sentences = {
        "code": _(
            "This code is used, too old or not of this installation. `energy-cloud user first` prints a new one."
        ),
        "password_again": _("The two passwords are not the same."),
        "name": _("A name is needed."),
        "password": _("At least 12 characters; three or four unrelated words make a good one."),
        "email": _("This is no e-mail address."),
    }
    return sentences.get(error.path, error.message)
