"""A tenant moves in: one form for service point, meter, account and tariff; all of it is stored, or nothing."""

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from cloud_service.flow.customers import contract as flow
from cloud_service.flow.metering import enter_reading, sites_and_meters
from cloud_service.flow.metering.enter_reading import ManualReading
from cloud_service.flow.metering.sites_and_meters import UNIT_OF
from cloud_service.store.customers import contract_changes, legal_entities, number_suggestions
from cloud_service.store.lookups.customers import Connection
from cloud_service.store.lookups.customers import connection as connection_of
from cloud_service.store.lookups.ids_by_name import COMPANY_SIGN, account_id, meter_id, point_id, site_id, tariff_id
from cloud_service.store.metering import mount_changes
from cloud_service.store.metering import sites_and_meters as sites_and_meters_rows
from cloud_service.store.metering.mount_changes import MountedMeter
from cloud_service.store.metering.sites_and_meters import free_meters, free_points, site_of_point
from cloud_service.store.scope import Scope
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import now, today
from cloud_service.web.console.customers.connection_fields import account_field, short, tariff_field, thousandths
from cloud_service.web.console.shared_fields import REASON_BELOW
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer, parse_day, say_next
from cloud_service.web.language.labels import options
from cloud_service.web.language.sentences import gettext as _
from common.errors import ConflictError, InputError, NotFoundError, at_field
from common.period import day_start

blueprint = Blueprint("move_in", __name__)
UTILITY_OPTIONS = options("utility")


def site_names() -> list[tuple[str, str]]:
    """The sites that the reader may know of, for a choice; the company's name is before one that two have."""
    sites = [
        (entity.name, site.name)
        for entity in legal_entities.entities(session(), scope())
        for site in legal_entities.sites(session(), entity.id)
    ]
    uses = Counter(name for _company, name in sites)
    names = [name if uses[name] == 1 else f"{company}{COMPANY_SIGN}{name}" for company, name in sites]
    return [(name, name) for name in names]


def meter_fields(*, may_hang: bool = False) -> tuple[Field, ...]:
    """A meter to hang up: a known or a new one, its first index and multiplier; what `mount_meter` takes."""
    group = _("Meter")
    registers = _('Read by hand or file: "import". A gateway\'s meter brings its own.')
    hint = _("Name or serial; empty where one hangs there.") if may_hang else _("Name or serial.")
    return (
        Field("meter", _("One that is known"), hint=hint, options=free_meters(session(), scope()), group=group),
        Field("serial", _("or a new one with serial no."), group=group),
        Field("maker", _("Maker"), group=group),
        Field("register", _("Register"), hint=registers, group=group),
        Field("opening", _("First index"), "amount", _("Of that register, in its unit."), group=group),
        Field("multiplier", _("Multiplier"), "amount", _("CT × VT of the mount."), group=group),
    )


def _move_in_fields() -> tuple[Field, ...]:
    where, contract = _("Service point"), _("Contract")
    free = free_points(session(), scope(), today())
    return (
        Field("point", _("One that is free"), hint=_("Name or grid id."), options=free, group=where),
        Field("new_point", _("or a new one, named"), group=where),
        Field("site", _("at the site"), "choice", options=site_names(), group=where),
        Field("utility", _("of"), "choice", options=UTILITY_OPTIONS, group=where),
        Field("grid_id", _("Grid id"), hint=_("MaLo, MPAN, NMI, EAN, PRM."), group=where),
        *meter_fields(may_hang=True),
        Field("number", _("Connection no."), hint=_("The next free one unless given."), group=contract),
        account_field(_("Account"), contract),
        tariff_field(_("Tariff"), contract),
        Field("day", _("First day"), "date", required=True, group=contract),
        Field("until", _("Ends on"), "date", _("First day without it; open unless given."), group=contract),
        REASON_BELOW,
    )


@blueprint.route("/connections/new", methods=["GET", "POST"])
@access(May.CONTRACT)
def add() -> Any:
    """A tenant moves in: service point, meter, account and tariff at once; filled in from where one comes from."""
    form = Form(_move_in_fields(), {"day": today(), "utility": "electricity", "multiplier": Decimal(1), **_before()})
    page = FormPage(_("New connection"), (_("Connections"), url_for("connections.index")), _("Add the connection"))

    def do() -> Response:
        point = _chosen_or_new_point(form)
        payer = account_id(session(), form["account"], scope())
        home = site_of_point(session(), point)
        seller_scope = Scope(entities=frozenset({home.entity_id}))
        number = form["number"] or number_suggestions.contract_number(session(), home.entity_id)
        new_connection = flow.MoveIn(
            number, point, payer, tariff_id(session(), form["tariff"], seller_scope), form["day"], form["until"]
        )
        contract = flow.move_in(session(), new_connection, author=actor(), reason=form["reason"])
        _mount_from_first_day(form, point)
        said = _("Connection %(number)s begins on %(day)s.", number=number, day=form["day"])
        address = url_for("connections.show", public_id=contract_changes.public_id_of(session(), contract))
        say_next(said, url_for("move_in.add", like=address.rpartition("/")[2]), _("New connection like this one"))
        return redirect(address)

    return answer(form, page, do)


def _before() -> dict[str, Any]:
    """Place, day and tariff of a move-out, or all that a connection shares with the next flat."""
    point, day, like = (request.args.get(name, "") for name in ("point", "day", "like"))
    filled_in: dict[str, Any] = {}
    if like:
        filled_in |= _like(connection_of(session(), scope(), _uuid(like)))
    account, tariff = request.args.get("account", ""), request.args.get("tariff", "")
    given = {"point": point, "account": account, "tariff": tariff, "day": parse_day(day) if day else None}
    return filled_in | {key: value for key, value in given.items() if value}


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFoundError(_("there is no such connection")) from None


def _like(connection: Connection) -> dict[str, Any]:
    """Site, utility, tariff, kind of meter and the next number behind the name of a connection's place."""
    meter = connection.mounts[0] if connection.mounts else None
    names = sorted(mount_changes.index_registers(session(), meter.Meter.id)) if meter else []
    return {
        "site": connection.site.name,
        "utility": connection.point.utility,
        "new_point": sites_and_meters_rows.next_name(session(), connection.site.id, connection.point.name),
        "maker": meter.Meter.maker if meter else "",
        "multiplier": short(meter.MeterMount.multiplier) if meter else Decimal(1),
        "register": names[0] if len(names) == 1 else "",
        "tariff": connection.tariffs[0].Tariff.code if connection.tariffs else "",
        "day": connection.contract.during.lower or today(),
    }


def _chosen_or_new_point(form: Form) -> int:
    """The service point that was named, or a new one."""
    if bool(form["point"]) == bool(form["new_point"]):
        raise InputError(_("name one that is free, or a new one"), path="point")
    if form["point"]:
        return point_id(session(), form["point"], scope())
    site = site_id(session(), form["site"], scope())
    new_point = sites_and_meters.ServicePointDetails(form["new_point"], form["utility"], form["grid_id"])
    with at_field("new_point"):
        return sites_and_meters.add_point(session(), site, new_point, author=actor(), reason=form["reason"])


def _mount_from_first_day(form: Form, point: int) -> None:
    """The meter that is named; where none is, one must hang there, and a first index is a reading of it."""
    timezone = site_of_point(session(), point).timezone
    at = day_start(form["day"], timezone)
    if form["meter"] or form["serial"]:
        mount_meter(form, point, at)
        return
    before_midnight = day_start(form["day"] + timedelta(days=1), timezone) - timedelta(seconds=1)
    hanging = mount_changes.mounted_meter(session(), point, before_midnight)
    if hanging is None:
        raise InputError(_("no meter hangs there on that day"), path="meter", hint=_("name one"))
    if form["opening"] is not None:
        _read_hanging_meter(form, hanging, max(at, hanging.since))


def _read_hanging_meter(form: Form, hanging: MountedMeter, at: datetime) -> None:
    """What the meter that hangs there showed when the tenant moved in."""
    register = form["register"] or _only_register(hanging.meter_id)
    name = mount_changes.meter_name(session(), hanging.meter_id)
    entry = ManualReading(name, register, at, form["opening"], actor(), form["reason"] or _("Moved in"))
    with at_field("opening"):
        if at > now():
            raise InputError(_("a reading cannot be of a day to come"), hint=_("leave it empty, read it then"))
        check = enter_reading.check(session(), entry, now())
        if check.doubts or check.before not in (None, thousandths(form["opening"], "opening")):
            raise ConflictError(
                _("this does not fit the readings of %(meter)s", meter=name), hint=_("look at its page")
            )
        enter_reading.store(session(), entry, now())


def mount_meter(form: Form, point: int, at: datetime) -> None:
    """Hang up the meter that `meter_fields` name, a new one if it is not known yet."""
    if form["meter"] and form["serial"]:
        raise InputError(_("name one that is known, or a new one"), path="meter")
    if form["serial"]:
        unit = UNIT_OF[site_of_point(session(), point).utility]
        name = form["register"] or ("import" if form["opening"] is not None else "")  # an index is of something
        registers = (sites_and_meters.RegisterDetails(name, unit),) if name else ()
        new_meter = sites_and_meters.MeterDetails(form["serial"], form["maker"], registers=registers)
        meter = sites_and_meters.add_meter(session(), new_meter, author=actor(), reason=form["reason"])
    else:
        meter = meter_id(session(), form["meter"], scope())
    opening = {}
    if form["opening"] is not None:
        opening = {form["register"] or _only_register(meter): thousandths(form["opening"], "opening")}
    new_mount = sites_and_meters.NewMount(point, meter, at, opening, form["multiplier"] or Decimal(1))
    sites_and_meters.mount(session(), new_mount, author=actor(), reason=form["reason"])


def _only_register(meter: int) -> str:
    """The register that a first index without a name is of."""
    names = mount_changes.index_registers(session(), meter)
    return next(iter(names)) if len(names) == 1 else "import"
