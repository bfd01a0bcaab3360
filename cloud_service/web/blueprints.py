"""The list of all pages; a file that is not named here is not reachable."""

from flask import Blueprint

from cloud_service.web import health, help, me, pay, webhooks  # noqa: A004 - the page is called Help
from cloud_service.web.console import (
    accounts,
    audit,
    bank_statement,
    bills,
    books,
    client_forms,
    clients,
    connection_forms,
    connections,
    corrections,
    dashboard,
    dunning,
    gateways,
    late,
    meters,
    money,
    move_in,
    payments,
    point_forms,
    points,
    prepaid,
    reports,
    runs,
    search,
    setting_forms,
    settings,
    shared_costs,
    statements,
    tariff_forms,
    tariffs,
    users,
)
from cloud_service.web.portal import home
from cloud_service.web.support import desk

PAGES = (
    health, dashboard, bills, corrections, late, shared_costs, payments, bank_statement, money, runs, dunning,
    prepaid, reports, books, clients, client_forms, accounts, statements, connections, move_in,
    connection_forms, tariffs, tariff_forms, points, point_forms, meters, gateways, audit, users, settings,
    setting_forms, search, help, me, desk, home, pay, webhooks,
)  # fmt: skip
BLUEPRINTS: tuple[Blueprint, ...] = tuple(page.blueprint for page in PAGES)
