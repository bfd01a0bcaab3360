"""Forms of gateways: register one, another password, revoke; refused messages looked at; a meter of it hung up."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cloud_service.broker.passwords import PasswordFolder
from cloud_service.broker.site_file import site_file_head
from cloud_service.flow.metering import gateway as flow
from cloud_service.flow.metering import sites_and_meters
from cloud_service.settings import GatewayAccessSettings
from cloud_service.store.audit import log
from cloud_service.store.lookups import metering
from cloud_service.store.lookups.gateways import announced_meters, points_without_meter
from cloud_service.store.lookups.ids_by_name import meter_id, site_id
from cloud_service.store.metering.refused_messages import mark_looked_at
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import now
from cloud_service.web.console.customers.connection_fields import thousandths
from cloud_service.web.console.customers.move_in import site_names
from cloud_service.web.console.shared_fields import REASON_BELOW
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import ngettext
from common.errors import InputError, NotFoundError
from common.period import zone

blueprint = Blueprint("gateway_forms", __name__)


def gateway_access() -> GatewayAccessSettings:
    """How gateways reach the broker of this installation."""
    access_settings: GatewayAccessSettings = current_app.extensions["settings"].gateway_access
    return access_settings


def password_folder() -> PasswordFolder | None:
    """Where the embedded broker finds passwords; None where the broker is another one."""
    folder = gateway_access().password_folder
    return PasswordFolder(folder) if folder else None


@blueprint.route("/gateways/new", methods=["GET", "POST"])
@access(May.MANAGE)
def add() -> Any:
    """Register a gateway; the answer shows its password, once."""
    form = Form(
        (
            Field("name", _("Name"), hint=_("Letters, digits, dot, dash and underscore; it stays."), required=True),
            Field("site", _("Site"), "choice", _("Its days begin in this site's time zone."), options=site_names()),
            REASON_BELOW,
        ),
        {"name": request.args.get("name", ""), "site": request.args.get("site", "")},
    )
    page = FormPage(
        _("Add a gateway"), (_("Gateways"), url_for("gateways.index")), _("Register and show the password"),
        _("The password is shown once; it is kept nowhere that a person can read it."), icon="plus",
    )  # fmt: skip

    def do() -> str:
        where = site_id(session(), form["site"], scope())
        password = flow.register(
            session(), where, form["name"], password_folder(), at=now(), author=actor(), reason=form["reason"]
        )
        return _shown_once(form["name"], password)

    return answer(form, page, do)


@blueprint.post("/gateways/<uuid:public_id>/password")
@access(May.MANAGE)
def renew(public_id: UUID) -> str:
    """Another password in place of the one before; shown once."""
    gateway, _site, _streams = metering.gateway(session(), scope(), public_id)
    password = flow.renew_password(session(), gateway.id, password_folder(), at=now(), author=actor())
    page = _shown_once(gateway.name, password)
    session().commit()
    return page


@blueprint.post("/gateways/<uuid:public_id>/revoke")
@access(May.MANAGE)
def revoke(public_id: UUID) -> Response:
    """Listen to a gateway no more."""
    gateway, _site, _streams = metering.gateway(session(), scope(), public_id)
    flow.revoke(session(), gateway.id, password_folder(), at=now(), author=actor())
    session().commit()
    flash(_("%(name)s is revoked: what it sends from now on is refused.", name=gateway.name), "success")
    return redirect(url_for("gateways.show", public_id=public_id))


@blueprint.post("/gateways/<uuid:public_id>/looked-at")
@access(May.DIAGNOSE)
def looked_at(public_id: UUID) -> Response:
    """Take the refused messages off the lists; they stay in quarantine."""
    gateway, _site, _streams = metering.gateway(session(), scope(), public_id)
    count = mark_looked_at(session(), gateway.name, _shown_at())
    log.note(session(), actor(), "gateway.looked_at", f"gateway:{gateway.id}", messages=count)
    session().commit()
    flash(ngettext("%(num)s message is off the list.", "%(num)s messages are off the list.", count), "success")
    return redirect(url_for("gateways.show", public_id=public_id))


@blueprint.route("/gateways/<uuid:public_id>/meters/<path:name>", methods=["GET", "POST"])
@access(May.CONTRACT)
def mount(public_id: UUID, name: str) -> Any:
    """Hang a meter up that the gateway announces: where, when, with which first index."""
    gateway, site, _streams = metering.gateway(session(), scope(), public_id)
    announced = next((meter for meter in announced_meters(session(), gateway) if meter.name == name), None)
    if announced is None or announced.public_id is None:
        raise NotFoundError(_("this gateway announces no meter %(name)s", name=name))
    form = Form(
        _mount_fields(site.id, site.timezone, announced.counters),
        {"multiplier": Decimal(1), "at": f"{now().astimezone(zone(site.timezone)):%Y-%m-%dT%H:%M}"},
    )
    back = url_for("gateways.show", public_id=public_id)
    page = FormPage(_("Hang up %(meter)s", meter=name), (gateway.name, back), _("Hang it up"))

    def do() -> Response:
        moment: datetime = form["at"]
        opening = {
            register: thousandths(form[f"opening_{number}"], f"opening_{number}")
            for number, register in enumerate(announced.counters)
            if form[f"opening_{number}"] is not None
        }
        new_mount = sites_and_meters.NewMount(
            int(form["point"]), meter_id(session(), name, scope()), moment.replace(tzinfo=zone(site.timezone)),
            opening, form["multiplier"] or Decimal(1),
        )  # fmt: skip
        sites_and_meters.mount(session(), new_mount, author=actor(), reason=form["reason"])
        flash(_("Meter %(meter)s hangs now.", meter=name), "success")
        return redirect(back)

    return answer(form, page, do, template="console/gateway_mount.html", site=site)


def _shown_at() -> datetime:
    """When the page was made on which somebody looked: what came after it stays on the list."""
    try:
        return datetime.fromisoformat(request.form["until"])
    except ValueError:
        raise InputError(_("that is no page of ours"), path="until", hint=_("open the gateway's page again")) from None


def _mount_fields(site: int, timezone: str, counters: tuple[str, ...]) -> tuple[Field, ...]:
    """Where, when, and a first index for each counter that the meter has."""
    points = [(str(point), point_name) for point, point_name in points_without_meter(session(), site)]
    group = _("First indexes")
    return (
        Field("point", _("Service point"), "choice", _("Where no meter hangs."), options=points, required=True),
        Field("at", _("When, in %(timezone)s", timezone=timezone), "moment", required=True),
        Field("multiplier", _("Multiplier"), "amount", _("CT × VT of the mount.")),
        *(
            Field(f"opening_{number}", register, "amount", group=group)
            for number, register in enumerate(counters)
        ),
        REASON_BELOW,
    )  # fmt: skip


def _shown_once(name: str, password: str) -> str:
    """The page with the password and what goes into the site file."""
    settings = gateway_access()
    return render_template(
        "console/gateway_password.html",
        name=name,
        password=password,
        site_file=site_file_head(name, settings.broker, own_authority=settings.own_authority),
        is_embedded=settings.password_folder is not None,
    )
