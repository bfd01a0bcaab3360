"""Money accounts: what is open, how late it is, and the statement with the balance after each booking."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template, url_for

from cloud_service.domain.money import round_money
from cloud_service.sheets.files.table_file import SheetColumn
from cloud_service.store.lists.customers import accounts, connections
from cloud_service.store.lists.invoices import invoices
from cloud_service.store.lists.paging import ListQuery, page_of
from cloud_service.store.lookups import customers, receivables
from cloud_service.store.lookups.connection_surroundings import held_deposits
from cloud_service.store.receivables.statements_and_ageing import ageing
from cloud_service.web.access import May, access, scope
from cloud_service.web.bill_columns import SHORT
from cloud_service.web.clock import today
from cloud_service.web.console.shared_fields import PLAN_FILTER
from cloud_service.web.database import session
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.listing import Filter, ListPage, query_of, respond
from cloud_service.web.lists.column import Column
from cloud_service.web.lists.files import file_response

blueprint = Blueprint("accounts", __name__)


def _to_account(row: Any) -> str:
    return url_for("accounts.show", public_id=row.public_id)


def _to_client(row: Any) -> str:
    return url_for("clients.show", public_id=row.client_public_id)


LIST = ListPage(
    name="accounts",
    title=_l("Accounts"),
    section=_l("Customers"),
    noun="account",
    columns=(
        Column("number", _l("Account"), link=_to_account, strong=True),
        Column("tenant", _l("TENANT NAME"), link=_to_client),
        Column("mode", _l("PREPAID"), "mode"),
        Column("currency", _l("Currency")),
        Column("outstanding", _l("OUTSTANDING"), "amount", unit="currency", strong=True),
        Column("credit", _l("Credit"), "amount", unit="currency"),
        Column("billing_cycle", _l("Cycle"), "billing_cycle", sortable=False),
        Column("payment_terms_days", _l("Terms, days"), "number", sortable=False),
        Column("delivery", _l("Bills go by"), "delivery", sortable=False),
    ),
    search=_l("Account or tenant"),
    filters=(
        PLAN_FILTER,
        Filter("client", _l("Client"), "hidden"),
        Filter("currency", _l("Currency"), "hidden"),
    ),
    tabs=((_l("All"), ""), (_l("Prepaid"), "mode=prepaid"), (_l("Postpaid"), "mode=postpaid")),
    order=("number", False),
    empty=_l("Accounts come with their clients."),
    icon="address-book",
)


@blueprint.get("/accounts")
@blueprint.get("/accounts.<any(csv, xlsx):form>", endpoint="file")
@access(May.READ)
def index(form: str = "") -> Response | str:
    """The list, or the same query as a file."""
    query = query_of(LIST)
    return respond(LIST, accounts(scope(), query, today()), query, form=form)


@blueprint.get("/accounts/<uuid:public_id>")
@access(May.READ)
def show(public_id: UUID) -> str:
    """One account: ageing, statement, connections, bills."""
    from cloud_service.web.console.customers import connections as connection_pages

    account, client = customers.account(session(), scope(), public_id)
    query = ListQuery(filters={"account": (account.number,)}, size=12)
    row = page_of(session(), accounts(scope(), ListQuery(text=account.number), today()), ListQuery(size=1)).rows[0]
    return render_template(
        "console/account.html",
        account=account,
        client=client,
        row=row,
        ageing=[debt for debt in ageing(session(), today(), scope(), account_id=account.id) if debt.total],
        statement=receivables.statement(session(), account.id),
        prepaid=receivables.prepaid(session(), scope(), account.id),
        deposits=held_deposits(session(), account.id),
        connection_columns=connection_pages.LIST.columns,
        connections=page_of(session(), connections(scope(), query, today()), query).rows,
        bill_columns=SHORT,
        bills=page_of(session(), invoices(scope(), query, today()), query),
        today=today(),
    )


@blueprint.get("/accounts/<uuid:public_id>/statement.<any(csv, xlsx):form>")
@access(May.READ)
def statement_file(public_id: UUID, form: str) -> Response:
    """The statement as a file."""
    account, _client = customers.account(session(), scope(), public_id)
    columns = [
        SheetColumn(_("Day"), "day"),
        SheetColumn(_("Booking")),
        SheetColumn(_("Text")),
        SheetColumn(_("Bill")),
        SheetColumn(_("Amount %(currency)s", currency=account.currency), "amount"),
        SheetColumn(_("Balance %(currency)s", currency=account.currency), "amount"),
    ]
    lines = (
        [row.day, row.kind, row.text, row.number, *_rounded(account.currency, row)]
        for row in receivables.statement(session(), account.id)
    )
    return file_response(f"statement-{account.number}", account.number, columns, lines, form)


def _rounded(currency: str, row: Any) -> list[Decimal]:
    return [round_money(row.amount, currency), round_money(row.balance, currency)]
