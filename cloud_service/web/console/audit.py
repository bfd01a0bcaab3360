"""The audit log: who, when, what, from what to what, why; and whether the chain holds."""

from flask import Blueprint, Response

from cloud_service.store.audit import log
from cloud_service.store.lists.audit_log import audit
from cloud_service.web.access import May, access
from cloud_service.web.database import session
from cloud_service.web.listing import Column, Filter, ListPage, respond, wanted

blueprint = Blueprint("audit", __name__)

LIST = ListPage(
    name="audit",
    title="Audit log",
    section="Office",
    noun="change",
    columns=(
        Column("id", "No.", "number", sortable=False),
        Column("at", "When", "instant"),
        Column("actor", "Who"),
        Column("action", "What"),
        Column("subject", "Of what"),
        Column("before", "Before", "json", sortable=False),
        Column("after", "After", "json", sortable=False),
        Column("reason", "Why", sortable=False),
    ),
    search="Who, what, of what or why",
    filters=(Filter("from", "From (UTC)", "date"), Filter("to", "To (UTC)", "date")),
    order=("at", True),
    empty="Every change of money, tariffs, contracts, readings and rights is written here.",
    icon="history",
    template="console/audit.html",
)


@blueprint.get("/audit")
@blueprint.get("/audit.csv", defaults={"as_file": True}, endpoint="file")
@access(May.AUDIT)
def index(*, as_file: bool = False) -> Response | str:
    """The list, or the same query as a file."""
    query = wanted(LIST)
    verdict = None if as_file else log.verify(session())
    return respond(LIST, audit(query), query, as_file=as_file, verdict=verdict)
