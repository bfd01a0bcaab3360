"""Columns of lists of bills, for console and portal."""

from dataclasses import replace
from typing import Any

from flask import url_for

from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.lists.column import Column


def _to_bill(row: Any) -> str:
    return url_for("bills.show", public_id=row.public_id)


def _to_client(row: Any) -> str:
    return url_for("clients.show", public_id=row.client_public_id)


COLUMNS = (
    Column("number", _l("BILL NO"), link=_to_bill, nowrap=True),
    Column("tenant", _l("TENANT NAME"), link=_to_client),
    Column("bill_date", _l("BILL DATE"), "date"),
    Column("due_date", _l("DUE DATE"), "date"),
    Column("currency", _l("Currency"), sortable=False, on_screen=False),
    Column("total", _l("BILL AMOUNT"), "amount", unit="currency", show_unit=True),
    Column("received", _l("RECEIVED AMOUNT"), "amount", unit="currency"),
    Column("outstanding", _l("OUTSTANDING"), "amount", unit="currency", strong=True),
    Column("energy", _l("ENERGY kWh"), "use"),
    Column("prepaid", _l("PREPAID"), "mode"),
    Column("state", _l("Status"), "state"),
    Column("account", _l("Account"), sortable=False, on_screen=False),
    Column("volume", _l("VOLUME m³"), "kwh", on_screen=False),
    Column("local_currency", _l("Local currency"), sortable=False, on_screen=False),
    Column(
        "total_local", _l("BILL AMOUNT (Local Currency)"), "amount", "local_currency", sortable=False, on_screen=False
    ),
    Column(
        "outstanding_local",
        _l("OUTSTANDING (Local Currency)"),
        "amount",
        "local_currency",
        sortable=False,
        on_screen=False,
    ),
)  # fmt: skip


SHORT = tuple(replace(column, sortable=False) for column in COLUMNS if column.on_screen)
