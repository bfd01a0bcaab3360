"""Payments: the list, and recording one that came by bank, cash or cheque."""

from typing import Any

from flask import Blueprint, Response, url_for

from cloud_service.store.lists.payments import payments
from cloud_service.web.access import May, access, scope
from cloud_service.web.listing import Column, Filter, ListPage, respond, wanted

blueprint = Blueprint("payments", __name__)


def _to_account(row: Any) -> str:
    return url_for("accounts.show", public_id=row.account_public_id)


def _to_payment(row: Any) -> str:
    return url_for("money.show", public_id=row.public_id)


LIST = ListPage(
    name="payments",
    title="Payments",
    section="Money",
    noun="payment",
    columns=(
        Column("day", "Day", "date", link=_to_payment),
        Column("tenant", "TENANT NAME"),
        Column("account", "Account", link=_to_account),
        Column("kind", "Kind", "state"),
        Column("provider", "Came by", "provider"),
        Column("provider_ref", "Reference", link=_to_payment, sortable=False),
        Column("currency", "Currency", sortable=False),
        Column("amount", "RECEIVED AMOUNT", "amount", unit="currency", strong=True),
        Column("amount_local", "In Local Currency", "amount", unit="local_currency", sortable=False),
        Column("unallocated", "Not yet used", "amount", unit="currency"),
        Column("local_currency", "Local currency", on_screen=False),
        Column("author", "Recorded by", on_screen=False),
    ),
    search="Tenant, account or reference",
    filters=(
        Filter("from", "From", "date"),
        Filter("to", "To", "date"),
        Filter(
            "kind",
            "Kind",
            options=(
                ("", "All"),
                ("payment", "Payments"),
                ("top_up", "Top-ups"),
                ("refund", "Refunds"),
                ("chargeback", "Chargebacks"),
                ("deposit", "Deposits"),
            ),
        ),
        Filter("provider", "Came by", "hidden"),
        Filter("account", "Account", "hidden"),
    ),
    tabs=(("All", ""), ("Top-ups", "kind=top_up"), ("Refunds", "kind=refund"), ("Chargebacks", "kind=chargeback")),
    order=("day", True),
    empty="Payments appear here when a provider reports them or somebody records one on a bill.",
    icon="cash",
    template="console/payments.html",
    foot=(("RECEIVED AMOUNT (in Local Currency)", "amount_local", "local"),),
)


@blueprint.get("/payments")
@blueprint.get("/payments.csv", defaults={"as_file": True}, endpoint="file")
@access(May.READ)
def index(*, as_file: bool = False) -> Response | str:
    """The list, or the same query as a file."""
    query = wanted(LIST)
    return respond(LIST, payments(scope(), query), query, as_file=as_file)
