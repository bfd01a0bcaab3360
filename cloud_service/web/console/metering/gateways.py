"""Gateways: online, degraded or offline, when last seen, what waits, which streams have gaps."""

from uuid import UUID

from flask import Blueprint, Response, render_template

from cloud_service.store.lists.metering import gateways
from cloud_service.store.lists.paging import ListQuery, page_of
from cloud_service.store.lookups import metering
from cloud_service.store.lookups.gateways import announced_meters
from cloud_service.store.metering.refused_messages import refused_kinds
from cloud_service.web.access import May, access, scope
from cloud_service.web.clock import now
from cloud_service.web.database import session
from cloud_service.web.gateways.list_columns import COLUMNS
from cloud_service.web.gateways.refusals import refusal
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.language.state_labels import STATES
from cloud_service.web.listing import Filter, ListPage, query_of, respond

blueprint = Blueprint("gateways", __name__)
STATUS = tuple((code, STATES[code].label) for code in ("online", "degraded", "offline", "never", "revoked"))
LIST = ListPage(
    name="gateways",
    title=_l("Gateways"),
    section=_l("Metering"),
    noun="gateway",
    columns=COLUMNS,
    search=_l("Gateway or site"),
    filters=(
        Filter("status", _l("State"), "several", STATUS),
        Filter("refused", _l("Refused messages"), options=(("", _l("All")), ("yes", _l("With some")))),
        Filter("site", _l("Site"), "hidden"),
    ),
    tabs=(
        (_l("All"), ""),
        (_l("Online"), "status=online"),
        (_l("Degraded"), "status=degraded"),
        (_l("Offline"), "status=offline"),
        (_l("With refused messages"), "refused=yes"),
    ),
    order=("name", False),
    empty=_l("A gateway is the box on site that reads the meters. Register one; its password is shown once."),
    icon="router",
    template="console/gateways.html",
)


@blueprint.get("/gateways")
@blueprint.get("/gateways.<any(csv, xlsx):form>", endpoint="file")
@access(May.READ)
def index(form: str = "") -> Response | str:
    """The list, or the same query as a file."""
    query = query_of(LIST)
    return respond(LIST, gateways(scope(), query, now()), query, form=form)


@blueprint.get("/gateways/<uuid:public_id>")
@access(May.READ)
def show(public_id: UUID) -> str:
    """One gateway with its meters, what was refused of it, its health and streams."""
    gateway, site, streams = metering.gateway(session(), scope(), public_id)
    row = page_of(session(), gateways(scope(), ListQuery(text=gateway.name), now()), ListQuery(size=1)).rows[0]
    return render_template(
        "console/gateway.html",
        gateway=gateway,
        site=site,
        streams=streams,
        row=row,
        meters=announced_meters(session(), gateway),
        refused=refused_kinds(session(), gateway.name),
        refusal=refusal,
        looked_until=now(),
    )
