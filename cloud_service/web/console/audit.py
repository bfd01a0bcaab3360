"""The audit log: who, when, what, from what to what, why; and whether the chain holds."""

from flask import Blueprint, Response

from cloud_service.store.audit import log
from cloud_service.store.lists.audit_log import audit
from cloud_service.web.access import May, access
from cloud_service.web.database import session
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.listing import Filter, ListPage, query_of, respond
from cloud_service.web.lists.column import Column

blueprint = Blueprint("audit", __name__)

LIST = ListPage(
    name="audit",
    title=_l("Audit log"),
    section=_l("Office"),
    noun="change",
    columns=(
        Column("id", _l("No."), "number", sortable=False),
        Column("at", _l("When"), "instant"),
        Column("actor", _l("Who")),
        Column("action", _l("What")),
        Column("subject", _l("Of what")),
        Column("before", _l("Before"), "json", sortable=False),
        Column("after", _l("After"), "json", sortable=False),
        Column("reason", _l("Why"), sortable=False),
    ),
    search=_l("Who, what, of what or why"),
    filters=(Filter("from", _l("From (UTC)"), "date"), Filter("to", _l("To (UTC)"), "date")),
    order=("at", True),
    empty=_l("Every change of money, tariffs, contracts, readings and rights is written here."),
    icon="history",
    template="console/audit.html",
)


@blueprint.get("/audit")
@blueprint.get("/audit.<any(csv, xlsx):form>", endpoint="file")
@access(May.AUDIT)
def index(form: str = "") -> Response | str:
    """The list, or the same query as a file."""
    query = query_of(LIST)
    verdict = None if form else log.verify(session())
    return respond(LIST, audit(query), query, form=form, verdict=verdict)
