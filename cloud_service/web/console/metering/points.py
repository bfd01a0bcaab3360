"""Service points: where a service is taken, with the meters that hung there and who was supplied."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template, url_for

from cloud_service.store.lists.metering import points
from cloud_service.store.lookups.audit_log import audit_of
from cloud_service.store.lookups.service_points import point
from cloud_service.web.access import May, access, scope
from cloud_service.web.clock import today
from cloud_service.web.console.shared_fields import UTILITY_FILTER
from cloud_service.web.database import session
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.listing import Filter, ListPage, query_of, respond
from cloud_service.web.lists.column import Column

blueprint = Blueprint("points", __name__)


def _to_point(row: Any) -> str:
    return url_for("points.show", public_id=row.public_id)


def _to_site(row: Any) -> str:
    return url_for("points.index", site=row.site)


def _to_meter(row: Any) -> str:
    return url_for("meters.show", public_id=row.meter_public_id) if row.meter else ""


def _to_connection(row: Any) -> str:
    return url_for("connections.show", public_id=row.contract_public_id) if row.contract else ""


LIST = ListPage(
    name="points",
    title=_l("Service points"),
    section=_l("Metering"),
    noun="service point",
    columns=(
        Column("name", _l("Service point"), link=_to_point, strong=True),
        Column("site", _l("Site"), link=_to_site),
        Column("utility", _l("Utility"), "utility"),
        Column("grid_id", _l("Grid id")),
        Column("meter", _l("Meter"), link=_to_meter, sortable=False),
        Column("contract", _l("Connection"), link=_to_connection, sortable=False),
        Column("tenant", _l("TENANT NAME")),
        Column("under", _l("Under"), sortable=False),
    ),
    search=_l("Name, site, grid id, meter or tenant"),
    filters=(
        UTILITY_FILTER,
        Filter("free", _l("Tenant"), options=(("", _l("All")), ("yes", _l("None today")))),
        Filter("meter", _l("Meter"), options=(("", _l("All")), ("none", _l("None now")))),
        Filter("site", _l("Site"), "hidden"),
    ),
    tabs=((_l("All"), ""), (_l("Without a tenant"), "free=yes"), (_l("Without a meter"), "meter=none")),
    order=("site", False),
    empty=_l("A service point is a flat, a shop, a common area or a master meter's place."),
    icon="map-pin",
    template="console/points.html",
)


@blueprint.get("/points")
@blueprint.get("/points.<any(csv, xlsx):form>", endpoint="file")
@access(May.READ)
def index(form: str = "") -> Response | str:
    """The list, or the same query as a file."""
    query = query_of(LIST)
    return respond(LIST, points(scope(), query, today()), query, form=form)


@blueprint.get("/points/<uuid:public_id>")
@access(May.READ)
def show(public_id: UUID) -> str:
    """One service point with its meters and connections through time."""
    point_page = point(session(), scope(), public_id)
    return render_template(
        "console/point.html",
        point_page=point_page,
        audit=audit_of(session(), f"service_point:{point_page.point.id}"),
    )
