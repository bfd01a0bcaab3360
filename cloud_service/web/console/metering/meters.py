"""Meters and their readings: load profile as chart, table and file, how complete it is, readings as received."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from cloud_service.flow.metering import sites_and_meters
from cloud_service.store.lists.metering import meters
from cloud_service.store.lookups import metering
from cloud_service.store.lookups.metering import MeterPage
from cloud_service.store.lookups.received_readings import readings_between
from cloud_service.store.metering.tables import Register
from cloud_service.web import load_profile
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import site_zone, today
from cloud_service.web.console.metering.reading_columns import reading_columns, reading_rows
from cloud_service.web.console.shared_fields import UTILITY_FILTER
from cloud_service.web.database import session
from cloud_service.web.forms import say_next
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.language.sentences import ngettext
from cloud_service.web.listing import Filter, ListPage, query_of, respond
from cloud_service.web.lists.column import Column
from cloud_service.web.lists.files import file_response
from cloud_service.web.load_profile import span_of
from common.errors import NotFoundError
from common.period import Span, day_start

blueprint = Blueprint("meters", __name__)
DAYS_SHOWN = 14


def _to_meter(row: Any) -> str:
    return url_for("meters.show", public_id=row.public_id)


LIST = ListPage(
    name="meters",
    title=_l("Data readings"),
    section=_l("Metering"),
    noun="meter",
    columns=(
        Column("name", _l("Meter"), link=_to_meter, strong=True),
        Column("serial", _l("Serial no.")),
        Column("maker", _l("Maker")),
        Column("profile", _l("Profile"), sortable=False),
        Column("site", _l("Site")),
        Column("point", _l("Service point")),
        Column("utility", _l("Utility"), "utility"),
        Column("registers", _l("Registers"), sortable=False),
        Column("last_day", _l("Validated until"), "date"),
    ),
    search=_l("Meter, serial no., place or grid id"),
    filters=(UTILITY_FILTER, Filter("site", _l("Site"), "hidden")),
    order=("name", False),
    empty=_l("Meters come with a gateway's configuration or an imported file."),
    icon="database",
    template="console/meters.html",
)


@blueprint.get("/meters")
@blueprint.get("/meters.<any(csv, xlsx):form>", endpoint="file")
@access(May.READ)
def index(form: str = "") -> Response | str:
    """The list, or the same query as a file."""
    query = query_of(LIST)
    return respond(LIST, meters(scope(), query), query, form=form)


@blueprint.get("/meters/<uuid:public_id>")
@access(May.READ)
def show(public_id: UUID) -> str:
    """One meter: the chart, the days, the newest readings."""
    page = metering.meter(session(), scope(), public_id)
    register = register_of(page)
    span, zone = _days_asked(register), zone_of(page)
    days = metering.days_of(session(), register.id, span) if register else []
    return render_template(
        "console/meter.html",
        meter=page,
        register=register,
        span=span,
        last=span.end - timedelta(days=1),
        zone=zone,
        days=load_profile.by_day(days, span, zone, register.step_s) if register else [],
        readings=metering.latest_readings(session(), register.id) if register else [],
        qualities=load_profile.QUALITIES,
    )


@blueprint.post("/meters/<uuid:public_id>/registers")
@access(May.CONTRACT)
def bill_register(public_id: UUID) -> AnyResponse:
    """Let bills count a register from now on, or not."""
    page, name, billed = metering.meter(session(), scope(), public_id), request.form["name"], "billed" in request.form
    change = sites_and_meters.bill_register(session(), page.meter.id, name, billed=billed, author=actor())
    session().commit()
    if change.bills:
        said = ngettext(
            "Changed. %(num)s issued bill rests on it.", "Changed. %(num)s issued bills rest on it.", len(change.bills)
        )
        say_next(said, url_for("late.index"), _("Correct the bills"))
    elif change.is_changed:
        flash(
            _("%(register)s is billed from now on. Issued bills stay.", register=name)
            if billed
            else _("%(register)s is not billed from now on. Issued bills stay.", register=name),
            "success",
        )
    return redirect(url_for("meters.show", public_id=public_id))


@blueprint.get("/meters/<uuid:public_id>/load")
@access(May.READ)
def load(public_id: UUID) -> Response:
    """The series of the chart."""
    page, register = _meter_with_register(public_id)
    return jsonify(load_profile.as_json(_intervals(page, register), register.unit, zone_of(page)))


@blueprint.get("/meters/<uuid:public_id>/intervals.<any(csv, xlsx):form>")
@access(May.READ)
def intervals_file(public_id: UUID, form: str) -> Response:
    """The same intervals as a file."""
    page, register = _meter_with_register(public_id)
    zone, name = zone_of(page), f"{page.meter.name}-{register.name}"
    rows = load_profile.file_rows(_intervals(page, register), zone)
    return file_response(name, name, load_profile.file_columns(register.unit, zone), rows, form)


@blueprint.get("/meters/<uuid:public_id>/readings.<any(csv, xlsx):form>")
@access(May.READ)
def readings_file(public_id: UUID, form: str) -> Response:
    """The readings of the days as they were received, those that count and those that do not."""
    page, register = _meter_with_register(public_id)
    readings, zone = readings_between(session(), register.id, _instants(page, register)), zone_of(page)
    name = f"{page.meter.name}-{register.name}-readings"
    return file_response(name, name, reading_columns(register.unit, zone), reading_rows(readings, zone), form)


def _instants(page: MeterPage, register: Register) -> tuple[datetime, datetime]:
    """From when to when the days of the address are, by the site's calendar."""
    span, zone = _days_asked(register), zone_of(page)
    return day_start(span.start, zone), day_start(span.end, zone)


def _meter_with_register(public_id: UUID) -> tuple[MeterPage, Register]:
    page = metering.meter(session(), scope(), public_id)
    register = register_of(page)
    if register is None:
        raise NotFoundError(_("this meter has no registers"))
    return page, register


def _intervals(page: MeterPage, register: Register) -> list[load_profile.Interval]:
    """The intervals of the days that the address asks for."""
    return load_profile.intervals(metering.days_of(session(), register.id, _days_asked(register)), zone_of(page))


def _days_asked(register: Register | None) -> Span:
    """The days that the address asks for; the last fortnight unless it says so, or the last one that has values."""
    newest = metering.last_day(session(), register.id) if register else None
    is_long_ago = newest is not None and newest <= today() - timedelta(days=DAYS_SHOWN)
    return span_of(newest if newest is not None and is_long_ago else today(), DAYS_SHOWN)


def register_of(page: MeterPage) -> Register | None:
    """The register that the address names, or the first that is billed."""
    register_name = request.args.get("register", "")
    for register in page.registers:
        if register.name == register_name:
            return register
    billed = [register for register in page.registers if register.billed]
    return next(iter(billed or page.registers), None)


def zone_of(page: MeterPage) -> str:
    """The zone whose days these are: of its site, where it hung last, or the operator's."""
    sites = [page.site] if page.site else [mount.Site for mount in page.mounts]
    return sites[0].timezone if sites else site_zone()
