"""A meter is exchanged or taken down: its last index, by the clock of the site; what it showed before stands beside."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from cloud_service.flow.customers import contract as flow
from cloud_service.flow.metering import sites_and_meters
from cloud_service.flow.metering.sites_and_meters import UNIT_OF, MeterDetails, RegisterDetails
from cloud_service.store.lookups.connection_surroundings import LastIndex, last_indexes
from cloud_service.store.lookups.customers import Connection
from cloud_service.store.lookups.customers import connection as connection_of
from cloud_service.store.lookups.ids_by_name import meter_id
from cloud_service.store.lookups.service_points import point as point_of
from cloud_service.store.metering import mount_changes
from cloud_service.store.metering.sites_and_meters import free_meters
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import now
from cloud_service.web.console.customers.connection_fields import connection_page, index_hint, short, thousandths
from cloud_service.web.console.metering.reading_forms import site_moment
from cloud_service.web.console.shared_fields import REASON_BELOW
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer, say_next
from cloud_service.web.language.sentences import gettext as _
from common.errors import ConflictError, EnergyError, InputError
from common.period import zone

blueprint = Blueprint("mount_forms", __name__)
ONLY = "import"  # how the counter of a new meter is called where the old one shows no index


@blueprint.route("/connections/<uuid:public_id>/meter", methods=["GET", "POST"])
@access(May.CONTRACT)
def exchange(public_id: UUID) -> Any:
    """A meter goes, another comes."""
    connection = connection_of(session(), scope(), public_id)
    timezone = connection.site.timezone
    going = last_indexes(session(), connection.point.id, now())
    coming = _coming_registers([index.register for index in going] or [ONLY])
    multiplier = connection.mounts[0].MeterMount.multiplier if connection.mounts else Decimal(1)
    form = Form(
        _exchange_fields(timezone, going, coming), {"multiplier": short(multiplier), "at": _now_at(timezone)},
    )  # fmt: skip
    page = connection_page(
        connection,
        _("Exchange the meter at %(point)s", point=connection.point.name),
        _("Exchange"),
        _("Both are billed, nothing twice."),
    )

    def do() -> Response:
        new_meter, name = _new_meter(form, connection, going)
        opening = {
            _name_at(new_meter, register): thousandths(form[f"opening.{register}"], f"opening.{register}")
            for register in coming
            if form[f"opening.{register}"] is not None
        }
        change = flow.MeterExchange(
            connection.point.id, new_meter, site_moment(form["at"], timezone), _closing(form, going), opening,
            form["multiplier"] or Decimal(1),
        )  # fmt: skip
        flow.exchange_meter(session(), change, author=actor(), reason=form["reason"])
        said = _("Meter %(meter)s hangs at %(point)s.", meter=name, point=connection.point.name)
        say_next(said, url_for("points.show", public_id=connection.point.public_id), _("All meters of the place"))
        return redirect(page.back[1])

    return answer(form, page, do)


def _exchange_fields(timezone: str, going: list[LastIndex], coming: list[str]) -> tuple[Field, ...]:
    """When, the last index of each register of the old meter, and the new one with its first index."""
    new = _("The meter that comes")
    return (
        _moment_field(timezone),
        *_closing_fields(timezone, going),
        Field(
            "meter", _("Meter"), hint=_("Name or serial of a known one."), options=free_meters(session(), scope()),
            group=new,
        ),
        Field("serial", _("or a new one with serial no."), hint=_("It counts what the old one did."), group=new),
        *(
            Field(f"opening.{name}", _("First index of %(register)s", register=name), "amount", group=new)
            for name in coming
        ),
        Field("multiplier", _("Multiplier"), "amount", _("CT × VT of the new mount."), group=new),
        REASON_BELOW,
    )  # fmt: skip


def _moment_field(timezone: str) -> Field:
    return Field("at", _("When, in %(timezone)s", timezone=timezone), "moment", required=True)


def _closing_fields(timezone: str, going: list[LastIndex]) -> tuple[Field, ...]:
    """The last index of each counter of the meter that goes."""
    group = _("The meter that goes: %(meter)s", meter=going[0].meter) if going else ""
    return tuple(
        Field(
            f"closing.{index.register}", _("Final index of %(register)s", register=index.register), "amount",
            index_hint(index, timezone), True, group=group,
        )
        for index in going
    )  # fmt: skip


def _closing(form: Form, going: list[LastIndex]) -> dict[str, int]:
    paths = {index.register: f"closing.{index.register}" for index in going}
    return {register: thousandths(form[path], path) for register, path in paths.items()}


def _coming_registers(going: list[str]) -> list[str]:
    """The counters whose first index is asked for: of the meter that is named, where it has others than the old one."""
    try:
        new_meter = meter_id(session(), request.form.get("meter", "").strip(), scope())
    except EnergyError:
        return going
    names = mount_changes.index_registers(session(), new_meter)
    return sorted(names) if len(names) > 1 and not names <= set(going) else going


def _name_at(meter: int, register: str) -> str:
    """How the new meter calls a register of the old one: the same, or as its only one is called."""
    names = mount_changes.index_registers(session(), meter)
    return next(iter(names)) if register not in names and len(names) == 1 else register


def _new_meter(form: Form, connection: Connection, going: list[LastIndex]) -> tuple[int, str]:
    """The meter that comes: one that is known, or a new one with the counters of the old one."""
    if bool(form["meter"]) == bool(form["serial"]):
        raise InputError(_("name one that is known, or a new one"), path="meter")
    if form["meter"]:
        return meter_id(session(), form["meter"], scope()), form["meter"]
    unit = UNIT_OF[connection.point.utility]
    registers = tuple(
        RegisterDetails(index.register, index.unit, index.direction, index.quantity, step_s=index.step_s)
        for index in going
    )
    new_meter = MeterDetails(form["serial"], registers=registers or (RegisterDetails(ONLY, unit),))
    return sites_and_meters.add_meter(session(), new_meter, author=actor(), reason=form["reason"]), form["serial"]


def _now_at(timezone: str) -> str:
    return f"{now().astimezone(zone(timezone)):%Y-%m-%dT%H:%M}"


@blueprint.route("/points/<uuid:public_id>/meter/down", methods=["GET", "POST"])
@access(May.CONTRACT)
def take_down(public_id: UUID) -> Any:
    """The meter is taken down with its last index; it can hang elsewhere from then on."""
    place = point_of(session(), scope(), public_id)
    timezone = place.site.timezone
    going = last_indexes(session(), place.point.id, now())
    form = Form((_moment_field(timezone), *_closing_fields(timezone, going), REASON_BELOW), {"at": _now_at(timezone)})
    page = FormPage(
        _("Take the meter of %(point)s down", point=place.point.name),
        (f"{place.site.name}: {place.point.name}", url_for("points.show", public_id=public_id)),
        _("Take it down"),
        _("From then on nothing is counted here until another is hung up."),
    )

    def do() -> Response:
        at = site_moment(form["at"], timezone)
        hanging = mount_changes.mounted_meter(session(), place.point.id, at)
        if hanging is None:
            raise ConflictError(_("no meter hangs there at that time"), path="at")
        sites_and_meters.dismount(
            session(), hanging.meter_id, at, _closing(form, going), author=actor(), reason=form["reason"]
        )
        said = _("The meter of %(point)s is taken down.", point=place.point.name)
        say_next(said, url_for("points.index", meter="none"), _("Hang it up elsewhere"))
        return redirect(page.back[1])

    return answer(form, page, do)
