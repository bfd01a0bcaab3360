"""Users: who may sign in, in which role; invitations by one-time link, never a password that somebody else knows."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from cloud_service.store.identity import users as store
from cloud_service.store.identity.roles import STAFF_ROLES
from cloud_service.store.identity.tables import User
from cloud_service.web.access import May, access, actor
from cloud_service.web.database import session
from cloud_service.web.identity import one_time_address
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.listing import ListPage
from cloud_service.web.lists.column import Column
from cloud_service.web.lists.offers import offers_of
from common.errors import ConflictError

blueprint = Blueprint("users", __name__)
LIST = ListPage(
    name="users",
    title=_l("Users"),
    section=_l("Office"),
    noun="person",
    columns=(Column("name", _l("Name")), Column("email", _l("E-mail"))),
    order=("name", False),
)


@blueprint.get("/users")
@access(May.MANAGE)
def index() -> str:
    """Everybody who may sign in."""
    return _page("", None)


@blueprint.post("/users")
@access(May.MANAGE)
def add() -> str:
    """Add a member of staff; the answer shows the one-time link to hand over."""
    user = store.add_user(
        session(),
        email=request.form.get("email", ""),
        name=request.form.get("name", ""),
        role=request.form.get("role", ""),
        actor=actor(),
    )
    session().commit()
    return _users_with_link(user)


@blueprint.post("/users/<uuid:public_id>/invite")
@access(May.MANAGE)
def invite(public_id: UUID) -> str:
    """A new one-time link for somebody who lost the first or forgot the password."""
    user = store.user_by_public_id(session(), public_id)
    store.note(session(), actor(), "user.invite", user)
    session().commit()
    return _users_with_link(user)


@blueprint.post("/users/<uuid:public_id>/active")
@access(May.MANAGE)
def active(public_id: UUID) -> Response:
    """Let somebody in, or keep them out at once."""
    user = _somebody_else(public_id)
    let_in = request.form.get("active") == "yes"
    store.set_active(session(), user, active=let_in, actor=actor())
    session().commit()
    flash(
        _("%(name)s may sign in again.", name=user.name)
        if let_in
        else _("%(name)s has been signed out and may not sign in.", name=user.name),
        "success",
    )
    return redirect(url_for("users.index"))


@blueprint.post("/users/<uuid:public_id>/role")
@access(May.MANAGE)
def role(public_id: UUID) -> Response:
    """Another role."""
    user = _somebody_else(public_id)
    store.set_role(session(), user, request.form.get("role", ""), actor=actor())
    session().commit()
    flash(_("%(name)s has a new role and must sign in again.", name=user.name), "success")
    return redirect(url_for("users.index"))


def _somebody_else(public_id: UUID) -> User:
    """Somebody else: nobody locks themselves out or lifts themselves up."""
    user = store.user_by_public_id(session(), public_id)
    if user.id == current_user.id:
        raise ConflictError(_("this is you"), hint=_("ask another administrator"))
    return user


def _users_with_link(user: User) -> str:
    return _page(one_time_address(user.email), user)


def _page(link: str, link_for: User | None) -> str:
    return render_template(
        "console/users.html", users=store.users(session()), roles=STAFF_ROLES, link=link, link_for=link_for, list=LIST,
        offers=offers_of(LIST.name),
    )  # fmt: skip
