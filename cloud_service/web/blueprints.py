"""The list of all pages; a file that is not named here is not reachable."""

from flask import Blueprint

from cloud_service.web import health, help, me, pay, webhooks  # noqa: A004 - the page is called Help
from cloud_service.web.console import (
    accounts,
    audit,
    bills,
    client_forms,
    clients,
    connection_forms,
    connections,
    corrections,
    dashboard,
    gateways,
    meters,
    move_in,
    payments,
    prepaid,
    reports,
    runs,
    search,
    settings,
    statements,
    tariff_forms,
    tariffs,
    users,
)
from cloud_service.web.portal import home
from cloud_service.web.support import desk

PAGES = (
    health, dashboard, bills, corrections, payments, runs, prepaid, reports, clients, client_forms, accounts,
    statements, connections, move_in, connection_forms, tariffs, tariff_forms, meters, gateways, audit, users,
    settings, search, help, me, desk, home, pay, webhooks,
)  # fmt: skip
BLUEPRINTS: tuple[Blueprint, ...] = tuple(page.blueprint for page in PAGES)
