"""Columns of lists of bills, for console and portal."""

from dataclasses import replace
from typing import Any

from flask import url_for

from cloud_service.web.listing import Column


def _to_bill(row: Any) -> str:
    return url_for("bills.show", public_id=row.public_id)


def _to_client(row: Any) -> str:
    return url_for("clients.show", public_id=row.client_public_id)


COLUMNS = (
    Column("number", "BILL NO", link=_to_bill, nowrap=True),
    Column("tenant", "TENANT NAME", link=_to_client),
    Column("bill_date", "BILL DATE", "date"),
    Column("due_date", "DUE DATE", "date"),
    Column("currency", "Currency", on_screen=False),
    Column("total", "BILL AMOUNT", "amount", unit="currency", show_unit=True),
    Column("received", "RECEIVED AMOUNT", "amount", unit="currency"),
    Column("outstanding", "OUTSTANDING", "amount", unit="currency", strong=True),
    Column("energy", "ENERGY kWh", "kwh"),
    Column("prepaid", "PREPAID", "mode"),
    Column("state", "Status", "state"),
    Column("account", "Account", on_screen=False),
    Column("local_currency", "Local currency", on_screen=False),
    Column("total_local", "BILL AMOUNT (Local Currency)", on_screen=False),
    Column("outstanding_local", "OUTSTANDING (Local Currency)", on_screen=False),
)


SHORT = tuple(replace(one, sortable=False) for one in COLUMNS if one.on_screen)
