"""Tariffs: which there are, their versions through time, and each version's document as people read it."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template, url_for

from cloud_service.store.lists.tariffs import tariffs
from cloud_service.store.lookups.tariffs import tariff as tariff_of
from cloud_service.web.access import May, access, scope
from cloud_service.web.clock import today
from cloud_service.web.database import session
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.listing import ListPage, query_of, respond
from cloud_service.web.lists.column import Column

blueprint = Blueprint("tariffs", __name__)


def _to_tariff(row: Any) -> str:
    return url_for("tariffs.show", public_id=row.public_id)


LIST = ListPage(
    name="tariffs",
    title=_l("Tariffs"),
    section=_l("Customers"),
    noun="tariff",
    columns=(
        Column("code", _l("Code")),
        Column("name", _l("Name"), link=_to_tariff, strong=True),
        Column("currency", _l("Currency")),
        Column("versions", _l("Versions"), "number", sortable=False),
        Column("current_since", _l("Valid version since"), "date", sortable=False),
        Column("connections", _l("ACTIVE CONNECTIONS"), "number"),
    ),
    search=_l("Code or name"),
    order=("name", False),
    empty=_l("Upload or paste a document: prices, taxes, and from when on they are valid."),
    icon="receipt-2",
    template="console/tariffs.html",
)


@blueprint.get("/tariffs")
@blueprint.get("/tariffs.<any(csv, xlsx):form>", endpoint="file")
@access(May.READ)
def index(form: str = "") -> Response | str:
    """The list, or the same query as a file."""
    query = query_of(LIST)
    return respond(LIST, tariffs(scope(), query, today()), query, form=form)


@blueprint.get("/tariffs/<uuid:public_id>")
@access(May.READ)
def show(public_id: UUID) -> str:
    """One tariff with all its versions."""
    tariff, versions = tariff_of(session(), scope(), public_id)
    return render_template("console/tariff.html", tariff=tariff, versions=versions, today=today())
