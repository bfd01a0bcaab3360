"""Payments: the list, and recording one that came by bank, cash or cheque."""

from typing import Any

from flask import Blueprint, Response, url_for

from cloud_service.store.lists.payments import payments
from cloud_service.web.access import May, access, scope
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.listing import Filter, ListPage, query_of, respond
from cloud_service.web.lists.column import Column

blueprint = Blueprint("payments", __name__)


def _to_account(row: Any) -> str:
    return url_for("accounts.show", public_id=row.account_public_id)


def _to_payment(row: Any) -> str:
    return url_for("money.show", public_id=row.public_id)


LIST = ListPage(
    name="payments",
    title=_l("Payments"),
    section=_l("Money"),
    noun="payment",
    columns=(
        Column("day", _l("Day"), "date", link=_to_payment),
        Column("tenant", _l("TENANT NAME")),
        Column("account", _l("Account"), link=_to_account),
        Column("kind", _l("Kind"), "state"),
        Column("provider", _l("Came by"), "provider"),
        Column("provider_ref", _l("Reference"), link=_to_payment, sortable=False),
        Column("currency", _l("Currency"), sortable=False),
        Column("amount", _l("RECEIVED AMOUNT"), "amount", unit="currency", strong=True),
        Column("amount_local", _l("In Local Currency"), "amount", unit="local_currency", sortable=False),
        Column("unallocated", _l("Not yet used"), "amount", unit="currency"),
        Column("local_currency", _l("Local currency"), on_screen=False),
        Column("author", _l("Recorded by"), on_screen=False),
    ),
    search=_l("Tenant, account or reference"),
    filters=(
        Filter("from", _l("From"), "date"),
        Filter("to", _l("To"), "date"),
        Filter(
            "kind",
            _l("Kind"),
            options=(
                ("", _l("All")),
                ("payment", _l("Payments")),
                ("top_up", _l("Top-ups")),
                ("refund", _l("Refunds")),
                ("chargeback", _l("Chargebacks")),
                ("deposit", _l("Deposits")),
            ),
        ),
        Filter("provider", _l("Came by"), "hidden"),
        Filter("account", _l("Account"), "hidden"),
    ),
    tabs=(
        (_l("All"), ""),
        (_l("Top-ups"), "kind=top_up"),
        (_l("Refunds"), "kind=refund"),
        (_l("Chargebacks"), "kind=chargeback"),
    ),
    order=("day", True),
    empty=_l("Payments appear here when a provider reports them or somebody records one on a bill."),
    icon="cash",
    template="console/payments.html",
    foot=((_l("RECEIVED AMOUNT (in Local Currency)"), "amount_local", "local"),),
)


@blueprint.get("/payments")
@blueprint.get("/payments.<any(csv, xlsx):form>", endpoint="file")
@access(May.READ)
def index(form: str = "") -> Response | str:
    """The list, or the same query as a file."""
    query = query_of(LIST)
    return respond(LIST, payments(scope(), query), query, form=form)
