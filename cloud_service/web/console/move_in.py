"""A tenant moves in: one form for service point, meter, account and tariff; all of it is stored, or nothing."""

from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from cloud_service.flow import contract as flow
from cloud_service.flow import place
from cloud_service.store import free_numbers, overview, places, supply
from cloud_service.store.access import Scope
from cloud_service.store.handling import account_id, meter_id, point_id, site_id, tariff_id
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.console.connection_forms import REASON, account_field, tariff_field, thousandths
from cloud_service.web.database import session
from cloud_service.web.days import today
from cloud_service.web.forms import Field, Form, FormPage, answer
from common.errors import InputError
from common.period import day_start

blueprint = Blueprint("move_in", __name__)
UTILITIES = tuple((one, one.capitalize()) for one in place.UTILITIES)


def _sites() -> list[tuple[str, str]]:
    known = [one for entity in overview.entities(session(), scope()) for one in overview.sites(session(), entity.id)]
    return [(one.name, one.name) for one in known]


def _move_in_fields() -> tuple[Field, ...]:
    free = [
        (one.full_name, one.grid_id or one.utility) for one in places.points(session(), scope(), today(), free=True)
    ]
    meters = places.free_meters(session())
    where, meter, contract = "Service point", "Meter", "Contract"
    return (
        Field("point", "One that is free", hint="Name or grid id.", options=free, group=where),
        Field("new_point", "or a new one, named", group=where),
        Field("site", "at the site", "choice", options=_sites(), group=where),
        Field("utility", "of", "choice", options=UTILITIES, group=where),
        Field("grid_id", "Grid id", hint="MaLo, MPAN, NMI, EAN, PRM.", group=where),
        Field(
            "meter",
            "One that is known",
            hint="Name or serial; empty where one hangs there.",
            options=meters,
            group=meter,
        ),
        Field("serial", "or a new one with serial no.", group=meter),
        Field("maker", "Maker", group=meter),
        Field(
            "register",
            "Register",
            hint='Read by hand or file: "import". A gateway\'s meter brings its own.',
            group=meter,
        ),
        Field("opening", "First index", "amount", "Of that register, in its unit.", group=meter),
        Field("multiplier", "Multiplier", "amount", "CT × VT of the mount.", group=meter),
        Field("number", "Connection no.", hint="The next free one unless given.", group=contract),
        account_field("Account", contract),
        tariff_field("Tariff", contract),
        Field("day", "First day", "date", required=True, group=contract),
        Field("until", "Ends on", "date", "First day without it; open unless given.", group=contract),
        REASON,
    )


@blueprint.route("/connections/new", methods=["GET", "POST"])
@access(May.CONTRACT)
def add() -> Any:
    """A tenant moves in: service point, meter, account and tariff at once."""
    form = Form(_move_in_fields(), {"day": today(), "utility": "electricity", "multiplier": Decimal(1)})
    page = FormPage("New connection", ("Connections", url_for("connections.index")), "Add the connection")

    def do() -> Response:
        point = _point(form)
        payer = account_id(session(), form["account"], scope())
        home = places.home_of(session(), point)
        mine = Scope(entities=frozenset({home.entity_id}))
        number = form["number"] or free_numbers.contract_number(session(), home.entity_id)
        wanted = flow.MoveIn(
            number, point, payer, tariff_id(session(), form["tariff"], mine), form["day"], form["until"]
        )
        flow.move_in(session(), wanted, author=actor(), reason=form["reason"])
        _hang(form, point)
        flash(f"Connection {number} begins on {form['day']}.", "success")
        return redirect(url_for("connections.index", q=number))

    return answer(form, page, do)


def _point(form: Form) -> int:
    """The service point that was named, or a new one."""
    if bool(form["point"]) == bool(form["new_point"]):
        raise InputError("name one that is free, or a new one", path="point")
    if form["point"]:
        return point_id(session(), form["point"], scope())
    site = site_id(session(), form["site"], scope())
    facts = place.PointFacts(form["new_point"], form["utility"], form["grid_id"])
    return place.add_point(session(), site, facts, author=actor(), reason=form["reason"])


def _hang(form: Form, point: int) -> None:
    """Hang the meter up from the first day on, if one is named."""
    if form["meter"] and form["serial"]:
        raise InputError("name one that is known, or a new one", path="meter")
    home = places.home_of(session(), point)
    at = day_start(form["day"], home.timezone)
    if not form["meter"] and not form["serial"]:
        if supply.mounted(session(), point, at) is None:
            raise InputError("no meter hangs there on that day", path="meter", hint="name one")
        return
    if form["serial"]:
        registers = (place.RegisterFacts(form["register"], place.UNIT_OF[home.utility]),) if form["register"] else ()
        facts = place.MeterFacts(form["serial"], form["maker"], registers=registers)
        meter = place.add_meter(session(), facts, author=actor(), reason=form["reason"])
    else:
        meter = meter_id(session(), form["meter"], scope())
    opening = {}
    if form["opening"] is not None:
        opening = {form["register"] or "import": thousandths(form["opening"], "opening")}
    wanted = place.Mount(point, meter, at, opening, form["multiplier"] or Decimal(1))
    place.mount(session(), wanted, author=actor(), reason=form["reason"])
