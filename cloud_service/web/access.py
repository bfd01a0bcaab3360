"""Who may call what: every route declares its policy, and a route without one is refused (and fails the build).

A policy names what a role must be allowed to do, never the role itself. What a person may *see* is a `Scope`, which
every query takes: an object outside of it does not exist (404), so nobody learns what others have.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, current_app, g, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from cloud_service.store.scope import Scope
from cloud_service.web.language.sentences import gettext as _
from common.errors import ForbiddenError, NotFoundError

View = TypeVar("View", bound=Callable[..., Any])


class May(StrEnum):
    """What a role can be allowed to do."""

    READ = "read"  # see clients, bills, meters and money in the console
    COLLECT = "collect"  # record payments, send bills and reminders
    SEND = "send"  # send a bill again to the client's address
    BILL = "bill"  # start billing runs, correct bills
    APPROVE = "approve"  # let a billing run issue its bills
    CONTRACT = "contract"  # write clients, accounts, connections, meters and tariffs
    MANAGE = "manage"  # change people's rights and settings
    AUDIT = "audit"  # read the audit log
    DIAGNOSE = "diagnose"  # the support desk: gateways, quarantine
    PORTAL = "portal"  # see one's own bills and use


ROLES: dict[str, frozenset[May]] = {
    "admin": frozenset(May) - {May.PORTAL},
    "billing": frozenset({May.READ, May.COLLECT, May.SEND, May.BILL, May.APPROVE, May.CONTRACT}),
    "support": frozenset({May.READ, May.SEND, May.DIAGNOSE}),
    "auditor": frozenset({May.READ, May.AUDIT}),
    "client": frozenset({May.PORTAL}),
}


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may call a route: anybody, whoever is signed in, or those who may do all of `needs`."""

    public: bool = False
    needs: frozenset[May] = frozenset()


PUBLIC = Policy(public=True)
SIGNED_IN = Policy()

OTHERS: dict[str, Policy] = {
    # routes that Flask-Security brings; it asks for a sign-in itself where one is needed
    "security.login": PUBLIC,
    "security.logout": PUBLIC,
    "security.verify": SIGNED_IN,
    "security.change_password": SIGNED_IN,
    "security.forgot_password": PUBLIC,
    "security.reset_password": PUBLIC,
    "security.two_factor_setup": PUBLIC,
    "security.two_factor_setup_validate": PUBLIC,
    "security.two_factor_token_validation": PUBLIC,
    "security.two_factor_rescue": PUBLIC,
    "security.tf_select": PUBLIC,
    "security.mf_recovery": PUBLIC,
    "security.mf_recovery_codes": SIGNED_IN,
    "security.static": PUBLIC,
}


def access(*needs: May) -> Callable[[View], View]:
    """Declare that a view needs a sign-in with all of `needs`."""
    return declare(Policy(needs=frozenset(needs)))


def public(view: View) -> View:
    """Declare that anybody may call a view."""
    return declare(PUBLIC)(view)


def signed_in(view: View) -> View:
    """Declare that everybody who is signed in may call a view."""
    return declare(SIGNED_IN)(view)


def declare(policy: Policy) -> Callable[[View], View]:
    """Write the policy on the view, where `enforce` and the test of all routes find it."""

    def mark(view: View) -> View:
        view.access_policy = policy  # type: ignore[attr-defined]  # functions take attributes; mypy has no word for it
        return view

    return mark


def policy_of(app: Flask, endpoint: str) -> Policy | None:
    """The declared policy of an endpoint, None where somebody forgot it."""
    view = app.view_functions.get(endpoint)
    return getattr(view, "access_policy", None) or OTHERS.get(endpoint)


def enforce() -> Response | None:
    """Before each request: refuse what is not declared, ask for a sign-in, refuse what the person may not do."""
    if request.endpoint is None:
        return None  # no such address: the error page says so
    policy = policy_of(current_app, request.endpoint)
    if policy is None:
        raise ForbiddenError(_("the route %(route)s has no access policy", route=request.endpoint))
    if policy.public:
        return None
    if not current_user.is_authenticated:
        return _to_the_sign_in()
    if not policy.needs <= allowed():
        raise NotFoundError(_("there is no such page"))
    return None


def _to_the_sign_in() -> Response:
    """A redirect; for a part of a page asked for by script, the whole page goes there."""
    if "HX-Request" in request.headers:
        return Response(status=401, headers={"HX-Redirect": url_for("security.login")})
    address = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(url_for("security.login", next=address))


def allowed() -> frozenset[May]:
    """What the person of this request may do, of all their grants."""
    if not current_user.is_authenticated:
        return frozenset()
    return frozenset().union(*(ROLES[grant.role] for grant in current_user.grants))


def may(right: str) -> bool:
    """For templates: show a button only to those who may press it."""
    return May(right) in allowed()


def scope() -> Scope:
    """Whose data the person of this request may touch."""
    if "scope" not in g:
        g.scope = _scope()
    reach: Scope = g.scope
    return reach


def _scope() -> Scope:
    if not current_user.is_authenticated:
        return Scope(frozenset(), frozenset())
    staff = [grant for grant in current_user.grants if grant.client_id is None]
    if any(grant.legal_entity_id is None for grant in staff):
        return Scope()
    if staff:
        return Scope(entities=frozenset(grant.legal_entity_id for grant in staff))
    return Scope(clients=frozenset(grant.client_id for grant in current_user.grants))


def actor() -> str:
    """Who is named in the books and in the audit log."""
    return str(current_user.email)
