"""Forms of service points: a new one, what is known of it, the first meter, who pays while it is empty."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from cloud_service.flow.customers import contract as flow
from cloud_service.flow.metering import sites_and_meters
from cloud_service.store.lookups.ids_by_name import account_id, point_id, site_id, tariff_id
from cloud_service.store.lookups.service_points import PointPage
from cloud_service.store.lookups.service_points import point as point_of
from cloud_service.store.scope import Scope
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import now, today
from cloud_service.web.console.customers.connection_fields import account_field, tariff_field
from cloud_service.web.console.customers.move_in import UTILITY_OPTIONS, meter_fields, mount_meter, site_names
from cloud_service.web.console.shared_fields import REASON_BELOW
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer, say_changed
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l
from common.errors import InputError, at_field
from common.period import zone

blueprint = Blueprint("point_forms", __name__)
POINT_FIELDS = (
    Field("name", _l("Name"), hint=_l("The only one of its kind at the site."), required=True),
    Field("utility", _l("Utility"), "choice", _l("It stays once somebody was supplied."), options=UTILITY_OPTIONS),
    Field("grid_id", _l("Grid id"), hint=_l("MaLo, MPAN, NMI, EAN, PRM.")),
    Field("parent", _l("Under"), hint=_l("The one whose meter counts this one too; write site: name.")),
    Field(
        "values", _l("Numbers its tariff asks for"), "lines",
        _l("One a line, for example contracted_kw = 30. Days that are not billed yet take them."), longest=1000,
    ),
    REASON_BELOW,
)  # fmt: skip


@blueprint.route("/points/new", methods=["GET", "POST"])
@access(May.CONTRACT)
def add() -> Any:
    """A new service point."""
    site = Field("site", _("Site"), "choice", options=site_names(), required=True)
    form = Form((site, *POINT_FIELDS), {"site": request.args.get("site", ""), "utility": "electricity"})
    page = FormPage(_("New service point"), (_("Service points"), url_for("points.index")), _("Add the service point"))

    def do() -> Response:
        where = site_id(session(), form["site"], scope())
        sites_and_meters.add_point(session(), where, _point_details(form), author=actor(), reason=form["reason"])
        flash(_("%(name)s is a service point now. Next: a meter, or a connection.", name=form["name"]), "success")
        return redirect(url_for("points.index", site=form["site"], q=form["name"]))

    return answer(form, page, do)


@blueprint.route("/points/<uuid:public_id>/edit", methods=["GET", "POST"])
@access(May.CONTRACT)
def edit(public_id: UUID) -> Any:
    """Change what is known of a service point."""
    point_page = point_of(session(), scope(), public_id)
    values = point_page.point.settings.get("values", {})
    present = {
        "name": point_page.point.name, "utility": point_page.point.utility, "grid_id": point_page.point.grid_id,
        "parent": f"{point_page.site.name}: {point_page.above.name}" if point_page.above else "",
        "values": "\n".join(f"{name} = {number}" for name, number in values.items()),
    }  # fmt: skip
    form = Form(POINT_FIELDS, present)
    page = _page(
        point_page,
        _("Change %(point)s", point=point_page.point.name),
        _("Keep the change"),
        _("Issued bills stay as they are."),
    )

    def do() -> Response:
        changed = sites_and_meters.edit_point(
            session(), point_page.point.id, _point_details(form), author=actor(), reason=form["reason"]
        )
        say_changed(changed)
        return redirect(page.back[1])

    return answer(form, page, do)


@blueprint.route("/points/<uuid:public_id>/meter", methods=["GET", "POST"])
@access(May.CONTRACT)
def mount(public_id: UUID) -> Any:
    """A meter is hung up where none hangs."""
    point_page = point_of(session(), scope(), public_id)
    timezone = point_page.site.timezone
    at = Field("at", _("When, in %(timezone)s", timezone=timezone), "moment", required=True)
    form = Form(
        (*meter_fields(), at, REASON_BELOW),
        {"multiplier": Decimal(1), "at": f"{now().astimezone(zone(timezone)):%Y-%m-%dT%H:%M}"},
    )
    page = _page(
        point_page,
        _("A meter for %(point)s", point=point_page.point.name),
        _("Hang it up"),
        _("To exchange one, open the connection."),
    )

    def do() -> Response:
        if not form["meter"] and not form["serial"]:
            raise InputError(_("name one that is known, or a new one"), path="meter")
        moment: datetime = form["at"]
        mount_meter(form, point_page.point.id, moment.replace(tzinfo=zone(timezone)))
        meter = form["meter"] or form["serial"]
        flash(_("Meter %(meter)s hangs at %(point)s.", meter=meter, point=point_page.point.name), "success")
        return redirect(page.back[1])

    return answer(form, page, do)


@blueprint.route("/points/<uuid:public_id>/vacancy", methods=["GET", "POST"])
@access(May.CONTRACT)
def vacancy(public_id: UUID) -> Any:
    """Who pays while nobody lives there."""
    point_page = point_of(session(), scope(), public_id)
    since = _empty_since(point_page)
    from_field = (
        (Field("since", _("It is empty now: the owner pays from"), "date", _("Leave it empty to begin next time.")),)
        if since
        else ()
    )
    nobody = Field("nobody", _("Nobody pays for empty days any more"), "tick")
    fields = (account_field(_("The owner's account")), tariff_field(_("Tariff of empty days")), *from_field)
    form = Form(
        (*fields, *((nobody,) if point_page.owner else ()), REASON_BELOW),
        {
            "since": since,
            "account": point_page.owner.number if point_page.owner else "",
            "tariff": point_page.owner_tariff.code if point_page.owner_tariff else "",
        },
    )
    page = _page(
        point_page,
        _("When %(point)s is empty", point=point_page.point.name),
        _("Let the owner pay"),
        _("From the next move-out on, until somebody moves in."),
    )

    def do() -> Response:
        point = point_page.point
        if form.values.get("nobody"):
            flow.drop_vacancy(session(), point.id, author=actor(), reason=form["reason"])
            flash(_("Nobody pays while %(point)s is empty.", point=point.name), "success")
            return redirect(page.back[1])
        seller_scope = Scope(entities=frozenset({point_page.site.legal_entity_id}))
        flow.set_vacancy(
            session(), point.id, account_id(session(), form["account"], scope()),
            tariff_id(session(), form["tariff"], seller_scope), author=actor(), reason=form["reason"],
            since=form.values.get("since"),
        )  # fmt: skip
        flash(_("%(account)s pays while %(point)s is empty.", account=form["account"], point=point.name), "success")
        return redirect(page.back[1])

    return answer(form, page, do)


def _empty_since(point_page: PointPage) -> date | None:
    """The day from which nobody is supplied, where somebody was and nobody is now."""
    ends = [supply.Contract.during.upper for supply in point_page.contracts]
    return max(ends) if ends and all(end is not None and end <= today() for end in ends) else None


def _page(point_page: PointPage, title: str, submit: str, note: str) -> FormPage:
    back = url_for("points.show", public_id=point_page.point.public_id)
    return FormPage(title, (f"{point_page.site.name}: {point_page.point.name}", back), submit, note)


def _point_details(form: Form) -> sites_and_meters.ServicePointDetails:
    values = sites_and_meters.read_values(line for line in form["values"].splitlines() if line.strip())
    with at_field("parent"):
        above = point_id(session(), form["parent"], scope()) if form["parent"] else None
    return sites_and_meters.ServicePointDetails(form["name"], form["utility"], form["grid_id"], above, values)
