"""What a person sets for themselves: light or dark, language, saved views, the browsers they are signed in with."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from cloud_service.store.identity import list_choices, saved_views, web_sessions
from cloud_service.store.identity import users as store
from cloud_service.web.access import actor, signed_in
from cloud_service.web.database import session
from cloud_service.web.language.locale import COOKIE, LANGUAGES
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.lists.chosen_columns import typed_choice
from cloud_service.web.navigation import THEMES

blueprint = Blueprint("me", __name__)
YEAR_S = 365 * 24 * 3600


@blueprint.get("/me")
@signed_in
def index() -> str:
    """The person's own page."""
    return render_template("me.html", sessions=web_sessions.sessions_of(session(), current_user))


@blueprint.post("/me/theme")
@signed_in
def theme() -> Response:
    """Light, dark or as the system has it."""
    chosen = request.form.get("theme", "auto")
    return _remember("theme", chosen if chosen in THEMES else "auto")


@blueprint.post("/me/language")
@signed_in
def language() -> Response:
    """The language that numbers and dates are written in."""
    chosen = request.form.get("language", "en")
    return _remember(COOKIE, chosen if chosen in LANGUAGES else "en")


@blueprint.post("/me/views")
@signed_in
def save_view() -> AnyResponse:
    """Keep the filters of a list as a tab."""
    page, query = request.form.get("page", ""), request.form.get("query", "")[:2000]
    saved_views.save_view(
        session(), current_user.id, page[:40], request.form.get("name", "")[:40].strip() or _("View"), query
    )
    session().commit()
    return redirect(_back())


@blueprint.post("/me/views/forget")
@signed_in
def forget_view() -> AnyResponse:
    """Drop a saved tab."""
    saved_views.forget_view(session(), current_user.id, request.form.get("page", ""), request.form.get("name", ""))
    session().commit()
    return redirect(urlsplit(_back()).path)


@blueprint.post("/me/lists")
@signed_in
def keep_columns() -> AnyResponse:
    """Keep which columns of a list are shown, and how many rows; or show what everybody sees."""
    page = request.form.get("page", "")[:40]
    if request.form.get("reset"):
        list_choices.forget_choice(session(), current_user.id, page)
    else:
        list_choices.keep_choice(session(), current_user.id, page, typed_choice(request.form))
    session().commit()
    return redirect(_without_size(_back()))


def _without_size(address: str) -> str:
    """The size of the address would win over the one that was just chosen."""
    path, mark, query = address.partition("?")
    pairs = [pair for pair in query.split("&") if not pair.startswith(("size=", "page="))]
    return path + (mark + "&".join(pairs) if any(pairs) else "")


@blueprint.post("/me/sign-out-everywhere")
@signed_in
def sign_out_everywhere() -> AnyResponse:
    """End the sessions of all browsers, this one too."""
    store.note(session(), actor(), "user.sign_out_everywhere", current_user)
    store.sign_out_everywhere(session(), current_user)
    session().commit()
    flash(_("You are signed out everywhere."), "success")
    return redirect(url_for("security.login"))


def _remember(name: str, value: str) -> Response:
    answer = redirect(_back())
    answer.set_cookie(name, value, max_age=YEAR_S, samesite="Lax", secure=request.is_secure)
    return Response(answer.response, answer.status, answer.headers)


def _back() -> str:
    """The page the form was on, if it was one of ours."""
    came = urlsplit(request.referrer or "")
    if came.netloc != request.host:
        return "/"
    return came.path + (f"?{came.query}" if came.query else "")
