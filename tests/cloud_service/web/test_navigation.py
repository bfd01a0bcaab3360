import re

import pytest

from cloud_service.web.navigation import MENU
from tests.cloud_service.web.conftest import Console


def menu_of(page: str) -> list[str]:
    menu = page.partition('<nav aria-label="Main">')[2].partition("</nav>")[0]
    return re.findall(r"<span>([^<]+)</span>", menu)


@pytest.mark.parametrize(
    ("who", "has", "has_not"),
    [
        ("admin", {"Dashboard", "Users", "Audit log"}, {"My bills"}),
        ("auditor", {"Audit log", "Bills"}, {"Users", "Billing runs", "My energy"}),
        ("amina", {"My energy", "My bills", "Help"}, {"Dashboard", "Bills", "Clients"}),
    ],
)
def test_the_menu_shows_what_a_person_may_open(console: Console, who: str, has: set[str], has_not: set[str]) -> None:
    entries = set(menu_of(console.sign_in(who).get("/me").text))

    assert set() == has - entries
    assert set() == has_not & entries


def test_the_entry_of_the_longest_section_is_the_current_one(console: Console) -> None:
    page = console.sign_in("amina").get("/portal/bills").text

    assert ["/portal/bills"] == re.findall(r'href="([^"]+)" aria-current="page"', page.partition("</aside>")[0])


def test_every_page_of_the_console_lies_under_an_entry(console: Console) -> None:
    """Where a page stands is shown by the menu; a person's own pages, search and sign-in stand beside it."""
    beside = (
        "/me", "/search", "/help", "/static", "/sign-in", "/first", "/pay", "/link", "/healthz", "/readyz", "/batches",
        "/setup", "/top-up",
    )  # fmt: skip
    sections = {section for _title, items in MENU for item in items for section in item.sections}
    rules = [rule.rule for rule in console.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    first_parts = {"/" + re.split(r"[/.<]", rule)[1] for rule in rules if rule != "/" and not rule.startswith(beside)}

    assert first_parts == sections & first_parts, sorted(first_parts - sections)


def test_shared_costs_stand_under_bills(console: Console) -> None:
    page = console.sign_in("admin").get("/shared").text

    assert ["/bills"] == re.findall(r'href="([^"]+)" aria-current="page"', page.partition("</aside>")[0])


def test_every_entry_has_a_page(console: Console) -> None:
    endpoints = set(console.app.view_functions)

    assert set() == {item.endpoint for _title, items in MENU for item in items} - endpoints


def test_over_the_menu_stands_the_legal_entity_and_below_its_zone(console: Console) -> None:
    page = console.sign_in("admin").get("/bills").text

    assert "<span>Kilo Ltd</span>" in page
    assert "All times Africa/Nairobi." in page
