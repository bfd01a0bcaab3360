"""A reading by hand: entered, corrected or taken back, with the reason; what is odd is said before it is kept."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cloud_service.flow.metering import enter_reading
from cloud_service.flow.metering.enter_reading import ManualReading, ReadingCheck
from cloud_service.store.lookups import metering
from cloud_service.store.lookups.metering import MeterPage
from cloud_service.store.metering.tables import Register
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import now
from cloud_service.web.console.metering.meters import register_of, zone_of
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.language.typed_numbers import typed_number
from common.errors import InputError, NotFoundError, at_field
from common.period import zone

blueprint = Blueprint("reading_forms", __name__)
TEMPLATE = "console/reading_form.html"
REASON = Field("reason", _l("Why"), hint=_l("Kept with the reading and in the audit log."), required=True)
ESTIMATED = Field("estimated", _l("It is an estimate"), "tick", _l("It counts until an actual reading contradicts it."))


@blueprint.route("/meters/<uuid:public_id>/readings/new", methods=["GET", "POST"])
@access(May.CONTRACT)
def enter(public_id: UUID) -> Any:
    """A reading of one register at a time of the site's clock."""
    meter = metering.meter(session(), scope(), public_id)
    timezone, register = zone_of(meter), _register(meter)
    form = Form(
        (
            *_register_field(meter),
            Field("at", _("When, in %(timezone)s", timezone=timezone), "moment", required=True),
            _value_field(register),
            ESTIMATED,
            REASON,
        ),
        {"at": f"{now().astimezone(zone(timezone)):%Y-%m-%dT%H:%M}", "register": register.name},
    )
    page = _page(meter, _("Enter a reading of %(meter)s", meter=meter.meter.serial), _("Keep the reading"))

    def do() -> Response | str:
        at = site_moment(form["at"], timezone)
        name = form.values.get("register") or register.name
        value = typed_number(form["value"], "value")
        entry = ManualReading(meter.meter.name, name, at, value, actor(), form["reason"], form["estimated"])
        return _ask_or_store(form, page, entry, meter)

    return answer(form, page, do, template=TEMPLATE, timezone=timezone, unit=register.unit)


@blueprint.route("/meters/<uuid:public_id>/readings/correct", methods=["GET", "POST"])
@access(May.CONTRACT)
def correct(public_id: UUID) -> Any:
    """Another value for the time of a reading, or none: what was stored stays as evidence."""
    meter = metering.meter(session(), scope(), public_id)
    if "at" not in request.args:
        return redirect(url_for("reading_forms.enter", public_id=public_id))
    timezone, register, at = zone_of(meter), _register(meter), _instant(request.args["at"])
    withdrawn = Field("withdrawn", _("Take it back"), "tick", _("Then nothing was read at that time."))
    value_field = _value_field(register, required=not request.form.get("withdrawn"))
    form = Form((value_field, withdrawn, REASON))
    page = _page(meter, _("Correct a reading of %(meter)s", meter=meter.meter.serial), _("Keep the correction"))

    def do() -> Response | str:
        if form["withdrawn"] and form["value"]:
            raise InputError(_("leave the index empty where the reading is taken back"), path="value")
        value = None if form["withdrawn"] else typed_number(form["value"], "value")
        entry = ManualReading(meter.meter.name, register.name, at, value, actor(), form["reason"])
        with at_field(""):
            enter_reading.must_be_there(session(), entry, now())
        return _ask_or_store(form, page, entry, meter)

    return answer(form, page, do, template=TEMPLATE, timezone=timezone, unit=register.unit, at=at, register=register)


def _ask_or_store(form: Form, page: FormPage, entry: ManualReading, meter: MeterPage) -> Response | str:
    """Store it; where something is odd or a bill rests on it, only when the person has said so of this very entry."""
    check = enter_reading.check(session(), entry, now())
    spoken_of = f"{entry.register} {entry.at.isoformat()} {entry.value}"
    register = next(register for register in meter.registers if register.name == entry.register)
    if check.needs_a_word and request.form.get("confirmed") != spoken_of:
        return render_template(
            TEMPLATE, form=form, page=page, check=check, spoken_of=spoken_of, timezone=zone_of(meter),
            unit=register.unit, at=entry.at if "at" in request.args else None, register=register,
        )  # fmt: skip
    enter_reading.store(session(), entry, now())
    flash(_said(entry, check), "success")
    return redirect(url_for("meters.show", public_id=meter.meter.public_id, register=entry.register))


def _said(entry: ManualReading, check: ReadingCheck) -> str:
    if entry.value is None:
        return _("The reading is taken back. Its days are made again within a minute.")
    if check.before is not None:
        return _("The correction counts from now on. Its days are made again within a minute.")
    return _("The reading is kept. Its days are made within a minute.")


def site_moment(naive: datetime, timezone: str, path: str = "at") -> datetime:
    """A time of the site's clock as an instant; one that the clock left out is refused."""
    moment = naive.replace(tzinfo=zone(timezone))
    if datetime.fromtimestamp(moment.timestamp(), zone(timezone)).replace(tzinfo=None) != naive:
        raise InputError(_("%(at)s did not exist: the clock was set forward", at=f"{naive:%Y-%m-%d %H:%M}"), path=path)
    return moment


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = datetime.min  # noqa: DTZ901 - refused right below
    if at.tzinfo is None:
        raise NotFoundError(_("there is no such reading"))
    return at


def _register(meter: MeterPage) -> Register:
    register = register_of(meter)
    if register is None:
        raise NotFoundError(_("this meter has no registers"))
    return register


def _register_field(meter: MeterPage) -> tuple[Field, ...]:
    """A choice where the meter has several counters that a person can read."""
    names = tuple((row.name, f"{row.name}, {row.unit}") for row in meter.registers if row.kind == "index")
    return (Field("register", _("Register"), "choice", options=names, required=True),) if len(names) > 1 else ()


def _value_field(register: Register, *, required: bool = True) -> Field:
    hint = (
        _("As the meter shows it, %(digits)s digits before the point.", digits=register.digits)
        if register.digits
        else _("As the meter shows it.")
    )
    return Field("value", _("Index, %(unit)s", unit=register.unit), "index", hint, required=required)


def _page(meter: MeterPage, title: str, submit: str) -> FormPage:
    back = url_for("meters.show", public_id=meter.meter.public_id)
    note = _("What was read stays as evidence; issued bills stay as they are.")
    return FormPage(title, (_("Meter %(name)s", name=meter.meter.name), back), submit, note)
