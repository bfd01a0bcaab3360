"""What the customer has paid, each with its receipt."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, url_for

from cloud_service.store.lists.payments import payments
from cloud_service.web.access import May, access, scope
from cloud_service.web.bill_documents import receipt_response
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.listing import Filter, ListPage, query_of, respond
from cloud_service.web.lists.column import Column

blueprint = Blueprint("own_payments", __name__, url_prefix="/portal")


def _to_receipt(row: Any) -> str:
    return url_for("own_payments.receipt", public_id=row.public_id) if row.receipt else ""


LIST = ListPage(
    name="my-payments",
    title=_l("My payments"),
    section="",
    noun="payment",
    columns=(
        Column("day", _l("Day"), "date"),
        Column("kind", _l("Kind"), "state"),
        Column("provider", _l("Came by"), "provider"),
        Column("provider_ref", _l("Reference"), sortable=False),
        Column("amount", _l("Amount"), "amount", unit="currency", strong=True, show_unit=True),
        Column("receipt", _l("Receipt"), link=_to_receipt, sortable=False, in_file=False),
    ),
    search=_l("Reference"),
    filters=(Filter("from", _l("From"), "date"), Filter("to", _l("To"), "date")),
    order=("day", True),
    empty=_l("What you pay appears here, each with its receipt."),
    icon="cash",
)


@blueprint.get("/payments")
@blueprint.get("/payments.<any(csv, xlsx):form>", endpoint="file")
@access(May.PORTAL)
def index(form: str = "") -> Response | str:
    """The customer's payments, or the same as a file."""
    query = query_of(LIST)
    return respond(LIST, payments(scope(), query), query, form=form)


@blueprint.get("/payments/<uuid:public_id>/receipt")
@access(May.PORTAL)
def receipt(public_id: UUID) -> Response:
    """The PDF as things stand now."""
    return receipt_response(public_id)
