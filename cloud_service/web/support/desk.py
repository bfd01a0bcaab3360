"""The support desk: search first, gateways in trouble, refused messages, mails that did not arrive."""

from flask import Blueprint, render_template, request

from cloud_service.store.lists.metering import gateways, quarantine
from cloud_service.store.lists.paging import ListQuery, page_of
from cloud_service.store.lookups.support import failed_mails, missing_days
from cloud_service.web.access import May, access, scope
from cloud_service.web.clock import now, today
from cloud_service.web.database import session
from cloud_service.web.gateways.list_columns import COLUMNS
from cloud_service.web.gateways.refusals import refusal
from cloud_service.web.search_hits import hits

blueprint = Blueprint("support", __name__)
TROUBLE = {"status": ("offline", "degraded", "never")}


@blueprint.get("/support")
@access(May.DIAGNOSE)
def desk() -> str:
    """Everything that may be why somebody calls."""
    text = request.args.get("q", "").strip()[:100]
    troubled = ListQuery(filters=TROUBLE, size=20)
    refused = ListQuery(filters={"resolved": ("no",)}, size=10)
    return render_template(
        "support/desk.html",
        q=text,
        hits=hits(text),
        gateway_columns=COLUMNS,
        gateways=page_of(session(), gateways(scope(), troubled, now()), troubled).rows,
        refused=page_of(session(), quarantine(scope(), refused), refused),
        refusal=refusal,
        mails=failed_mails(session(), scope()),
        silent=missing_days(session(), scope(), today()),
    )
