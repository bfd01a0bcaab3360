"""The list of all pages; a file that is not named here is not reachable."""

from flask import Blueprint

from cloud_service.web import health, pay, preferences, webhooks
from cloud_service.web.console import (
    audit,
    batches,
    bill_look,
    companies,
    company_banks,
    dashboard,
    first_administrator,
    mail,
    search,
    setting_forms,
    settings,
    setup,
    today,
    users,
)  # fmt: skip
from cloud_service.web.console.company import currency_rates, einvoice_rules, number_series, timed_reports, ways_to_pay
from cloud_service.web.console.customers import (
    accounts,
    client_forms,
    clients,
    connection_beginnings,
    connection_ends,
    connection_forms,
    connections,
    move_in,
    sheets,
)
from cloud_service.web.console.invoicing import (
    advances,
    bill_files,
    bill_payments,
    billing_calendar,
    bills,
    corrections,
    late,
    printing,
    runs,
    shared_costs,
    unbilled,
)
from cloud_service.web.console.metering import (
    energy,
    energy_gaps,
    estimates,
    gateway_forms,
    gateways,
    meters,
    mount_corrections,
    mount_forms,
    point_forms,
    points,
    put_aside,
    reading_files,
    reading_forms,
    reading_rounds,
)
from cloud_service.web.console.receivables import (
    bank_statement,
    books,
    dunning,
    dunning_rules,
    money,
    payments,
    prepaid,
    provider_money,
    receipts,
    reports,
    statements,
    take_over,
)
from cloud_service.web.console.tariffs import price_sheet, tariff_forms, tariffs
from cloud_service.web.help import manual
from cloud_service.web.portal import home, own_payments
from cloud_service.web.support import desk

PAGES = (
    health, first_administrator, dashboard, setup, today, billing_calendar, bill_look,
    advances, bills, bill_files, batches, bill_payments, printing, corrections, late, shared_costs, unbilled,
    payments, bank_statement, money, provider_money, receipts,
    take_over, runs,
    dunning,
    prepaid, reports, books, clients, client_forms, accounts, statements, connections, move_in,
    connection_beginnings, mount_corrections,
    connection_ends, connection_forms, sheets, tariffs, tariff_forms, price_sheet, points, point_forms, mount_forms,
    meters, reading_forms, reading_files, reading_rounds, estimates, energy,
    energy_gaps, put_aside, gateways,
    gateway_forms, audit, users,
    dunning_rules, number_series, einvoice_rules, currency_rates, timed_reports, ways_to_pay,
    settings, setting_forms, companies, company_banks, mail, search, manual, preferences, desk, home,
    own_payments, pay, webhooks,
)  # fmt: skip
BLUEPRINTS: tuple[Blueprint, ...] = tuple(page.blueprint for page in PAGES)
