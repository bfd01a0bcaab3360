import re

import pytest
from flask.testing import FlaskClient

from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.pages import text_of

WORDS = (
    "TOTAL OUTSTANDING",
    "RECEIVED AMOUNT (in Local Currency)",
    "OUTSTANDING (Local Currency)",
    "ENERGY kWh",
    "ACTIVE CONNECTIONS",
    "TIME AND DATE",
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
