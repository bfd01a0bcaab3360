import re
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from cloud_service.store.database.session import transaction
from cloud_service.store.identity.users import add_user
from cloud_service.web.console.dashboard import happening, span_of
from tests.cloud_service.web.conftest import Console, console_on
from tests.cloud_service.web.operator_rows import NOW, PASSWORD, TODAY
from tests.cloud_service.web.pages import text_of

WORDS = (
    "TOTAL OUTSTANDING",
    "RECEIVED AMOUNT (in Local Currency)",
    "OUTSTANDING (Local Currency)",
    "ENERGY kWh",
    "ACTIVE CONNECTIONS",
    "TIME AND DATE",
)

LOST_MAIL = (
    "INSERT INTO delivery (account_id, kind, message_id, recipient, state, error)"
    " SELECT id, 'invoice', :state, 'c-1@example.com', :state, 'no such mailbox' FROM account WHERE number = 'A-1'"
)
LOW_BALANCE = (
    "INSERT INTO prepaid_state (account_id, state, balance, days_left) SELECT id, 'low', 4, :days FROM account"
    " WHERE number = :account"
)


@pytest.mark.parametrize("label", WORDS)
def test_the_dashboard_says_the_exact_words(admin: FlaskClient, label: str) -> None:
    assert label in text_of(admin.get("/dashboard").text)


def test_its_numbers_are_those_of_the_books(admin: FlaskClient) -> None:
    page = text_of(admin.get("/dashboard").text)

    assert "TOTAL OUTSTANDING KES 130.00" in page  # 100 + 50 - 20; INV-3 is paid
    assert "OUTSTANDING (Local Currency) KES 130.00" in page
    assert "RECEIVED AMOUNT (in Local Currency) KES 1,520.00" in page  # 20 KES + 10 EUR at 150
    assert "ENERGY kWh 1,580.25" in page
    assert "ACTIVE CONNECTIONS 2 PREPAID 1 · POSTPAID 1" in page
    assert "1 bill is overdue , KES 100.00 in all" in page


@pytest.mark.parametrize(
    ("card", "sum_words"),
    [
        ("TOTAL OUTSTANDING", "OUTSTANDING (Local Currency) KES 130.00"),
        ("RECEIVED AMOUNT", "RECEIVED AMOUNT (in Local Currency) KES 1,520.00"),
        ("ENERGY kWh", "ENERGY kWh 1,580.25"),
    ],
)
def test_each_card_leads_to_the_list_whose_sum_it_is(admin: FlaskClient, card: str, sum_words: str) -> None:
    cards = re.findall(
        r'<a class="card kpi" href="([^"]+)">\s*<span class="kpi-name">([^<]+)', admin.get("/dashboard").text
    )
    address = next(href for href, name in cards if name.startswith(card)).replace("&amp;", "&")

    assert sum_words in text_of(admin.get(address).text)


def test_active_connections_leads_to_as_many_connections(admin: FlaskClient) -> None:
    assert "2 connections" in text_of(admin.get("/connections?state=active").text)


def test_somebody_of_all_entities_chooses_whose_dashboard_it_is(console: Console) -> None:
    root = console.sign_in("root")

    page = root.get("/dashboard").text
    other = re.findall(r'<option value="([^"]+)"', page)[1]

    assert "Zeta GmbH" in page
    assert "TOTAL OUTSTANDING EUR 70.00" in text_of(root.get(f"/dashboard?entity={other}").text)


def test_an_entity_of_somebody_else_does_not_exist(console: Console, admin: FlaskClient) -> None:
    other = re.findall(r'<option value="([^"]+)"', console.sign_in("root").get("/dashboard").text)[1]

    assert admin.get(f"/dashboard?entity={other}").status_code == 404


def test_the_clock_has_the_zone_of_the_site_and_the_servers_time(admin: FlaskClient) -> None:
    page = admin.get("/dashboard").text

    assert 'data-zone="Africa/Nairobi"' in page
    assert 'data-clock="1795176000000"' in page


def test_the_chart_has_a_pair_of_bars_a_month_and_a_table_of_the_same(admin: FlaskClient) -> None:
    page = admin.get("/dashboard").text

    assert 24 == len(re.findall(r'<rect class="series-', page)) / 2  # once wide, once for a telephone
    assert "November 2026: billed KES 1,550.00" in page
    assert "November 2026: received KES 1,520.00" in page
    assert "November 2026 1,550.00 1,520.00" in text_of(page)


def test_the_range_can_be_thirty_days(admin: FlaskClient) -> None:
    page = admin.get("/dashboard?range=30d").text

    assert 60 == len(re.findall(r'<rect class="series-', page)) / 2
    assert "ENERGY kWh 580.25" in text_of(page)


def test_lately_lists_payments_and_bills(admin: FlaskClient) -> None:
    page = text_of(admin.get("/dashboard").text)

    assert "Payment EUR 10.00" in page
    assert "issued" in page.partition("Recent activity")[2]


def test_a_gateway_that_was_not_heard_of_for_a_quarter_of_an_hour_is_told_of(fresh: Console) -> None:
    assert "offline" not in text_of(fresh.sign_in("admin").get("/dashboard").text)
    with transaction(fresh.engine) as session:
        session.execute(text("UPDATE gateway SET last_seen_at = '2026-11-20 11:44+00' WHERE name = 'gw-K-1'"))

    assert "Gateway gw-K-1 offline Lake House" in text_of(fresh.sign_in("admin").get("/dashboard").text)


def test_lost_mails_and_low_balances_are_told_of(fresh: Console) -> None:
    with transaction(fresh.engine) as session:
        session.execute(text(LOST_MAIL), {"state": "bounced"})
        session.execute(text(LOST_MAIL), {"state": "failed"})
        session.execute(text(LOW_BALANCE), {"account": "A-1", "days": 1})
        session.execute(text(LOW_BALANCE), {"account": "A-2", "days": 2.4})
    page = text_of(fresh.sign_in("admin").get("/dashboard").text).partition("Recent activity")[2]

    assert "Mail bounced: invoice c-1@example.com · no such mailbox" in page
    assert "Mail failed: invoice c-1@example.com · no such mailbox" in page
    assert "Prepaid balance low Amina Wanjiku · KES 4.00, about 1 day left" in page
    assert "Prepaid balance low Bakery &amp; Söhne · EUR 4.00, about 2 days left" in page


def event_row(console: Console, **columns: Any) -> SimpleNamespace:
    """A row as the database tells of an event, of account A-1 in KES."""
    row = {"what": "", "who": "Amina", "detail": "", "more": "", "amount": Decimal(0), "count": 1}
    return SimpleNamespace(**row | {"currency": "KES", "at": NOW, "public_id": console.ids["A-1"]} | columns)


def test_money_that_goes_back_is_told_by_its_kind(console: Console) -> None:
    row = event_row(console, kind="payment", what="chargeback", more="bank", amount=Decimal(-20))
    with console.app.test_request_context():
        event = happening(row)

    assert ("Chargeback KES 20.00", "Amina · bank", "warning") == (event.title, event.detail, event.tone)


@pytest.mark.parametrize(
    ("count", "title", "detail"),
    [(1, "Bill INV-1 issued", "Amina · KES 70.00"), (3, "3 bills issued", "INV-1 to INV-3 · by run")],
)
def test_bills_of_one_run_are_told_of_together(console: Console, count: int, title: str, detail: str) -> None:
    row = event_row(console, kind="bills", what="INV-1", detail="INV-3", more="run", amount=Decimal(70), count=count)
    with console.app.test_request_context():
        event = happening(row)

    assert (title, detail) == (event.title, event.detail)


@pytest.mark.parametrize(
    ("chosen", "first", "days"),
    [("30d", date(2026, 10, 22), 30), ("12m", date(2025, 12, 1), 355), ("nonsense", date(2025, 12, 1), 355)],
)
def test_a_range_ends_today(chosen: str, first: date, days: int) -> None:
    span = span_of(chosen, TODAY)

    assert (first, days, date(2026, 11, 21)) == (span.start, span.days, span.end)


def test_who_has_no_legal_entity_yet_is_welcomed(database_url: str) -> None:
    console = console_on(database_url, {})
    with transaction(console.engine) as session:
        add_user(session, email="root@example.com", name="Root", role="admin", password=PASSWORD, actor="test")
    page = text_of(console.sign_in("root").get("/dashboard", follow_redirects=True).text)
    console.engine.dispose()

    assert "Begin with your company" in page
    assert "TOTAL OUTSTANDING" not in page
