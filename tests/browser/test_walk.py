"""What people do with a mouse, with keys, without scripts, on a telephone, on paper."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, faults

WORDS = (
    "TOTAL OUTSTANDING",
    "RECEIVED AMOUNT (in Local Currency)",
    "OUTSTANDING (Local Currency)",
    "ENERGY kWh",
    "ACTIVE CONNECTIONS",
    "TIME AND DATE",
)
STAFF_PAGES = (
    "/dashboard", "/bills", "/payments", "/runs", "/runs/new", "/prepaid", "/reports/ageing", "/clients", "/accounts",
    "/connections", "/tariffs", "/meters", "/gateways", "/support", "/audit", "/users", "/settings", "/search?q=amina",
    "/help", "/me", "/clients/new", "/connections/new", "/tariffs/new", "/bills/touched", "/bills/unbilled",
    "/shared", "/shared/new", "/dunning", "/reports/revenue", "/reports/cash-book", "/settings/sites/new",
    "/settings/mail",
    "/imports", "/points", "/meters/energy?by=meter",
    "/meters/energy/gaps", "/meters/put-aside", "/readings/upload", "/readings/imports", "/rounds",
    "/points/new", "/payments/statement", "/payments/provider", "/gateways/new", "/tariffs/sheet", "/setup", "/today",
)  # fmt: skip
DETAILS = ("/bills/{INV-2}", "/clients/{Amina}", "/accounts/{A-1}", "/connections/{K-1}", "/meters/{M-1}",
           "/tariffs/{T-K-1}", "/gateways/{gw-K-1}", "/clients/{Amina}/edit", "/accounts/{A-1}/edit",
           "/accounts/{A-1}/mode", "/accounts/{A-1}/money", "/accounts/{A-1}/statement", "/connections/{K-1}/move-out",
           "/connections/{K-1}/start", "/connections/{K-1}/take-back",
           "/connections/{K-1}/meter", "/tariffs/{T-K-1}/edit", "/points/{Lake House 1}",
           "/points/{Lake House 1}/edit", "/points/{Lake House 1}/meter", "/points/{Lake House 1}/vacancy",
           "/meters/{M-1}/readings/new", "/meters/{M-1}/estimate", "/rounds/{site}")  # fmt: skip
PORTAL_PAGES = ("/portal", "/portal/usage", "/portal/bills", "/portal/bills/{INV-2}", "/portal/payments")


def filled(path: str, site: Site) -> str:
    return re.sub(r"{([^}]+)}", lambda found: str(site.console.ids[found[1]]), path)


def test_the_words_are_seen_as_they_are_written(site: Site) -> None:
    page = site.person("admin")
    for words in WORDS:
        expect(page.get_by_text(words, exact=True).first).to_be_visible()
    transforms = page.evaluate(
        "[...document.querySelectorAll('main *')].map((one) => getComputedStyle(one).textTransform)"
        ".filter((transform) => transform !== 'none')"
    )

    assert [] == transforms
    assert [] == faults(page)


def test_the_clock_ticks_in_the_time_of_the_site(site: Site) -> None:
    page = site.person("admin")
    clock = page.locator("[data-clock]").first
    before = clock.text_content()
    page.wait_for_function("(before) => document.querySelector('[data-clock]').textContent !== before", arg=before)

    assert re.fullmatch(r"20 Nov 2026, 15:00:\d\d", clock.text_content() or "")


def test_filtering_sorting_and_going_back_show_what_the_address_says(site: Site) -> None:
    page = site.person("admin")
    page.goto("/bills")
    page.get_by_label("Overdue").check()
    expect(page.locator("#list tbody tr")).to_have_count(1)
    assert "status=overdue" in page.url
    assert "status=overdue" in (page.locator("#export a").first.get_attribute("href") or "")

    page.get_by_role("link", name="BILL AMOUNT").click()
    page.wait_for_url(re.compile("sort=total"))
    page.get_by_label("Overdue").uncheck()
    expect(page.locator("#list tbody tr")).to_have_count(3)
    page.go_back()
    expect(page.locator("#list tbody tr")).to_have_count(1)
    expect(page.locator("aside nav")).to_be_visible()
    assert [] == faults(page)


def test_typing_in_the_search_field_filters_and_keeps_the_focus(site: Site) -> None:
    page = site.person("admin")
    page.goto("/bills")
    page.locator("#q").press_sequentially("bakery")
    expect(page.locator("#list tbody tr")).to_have_count(1)

    assert "q" == page.evaluate("document.activeElement.id")


def test_the_palette_opens_by_key_finds_and_closes_by_one_escape(site: Site) -> None:
    page = site.person("admin")
    page.keyboard.press("/")
    expect(page.locator("#palette")).to_be_visible()
    page.keyboard.type("INV-2")
    expect(page.locator("#palette-found a").first).to_contain_text("INV-2")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()

    page.keyboard.press("Control+k")
    page.locator("#palette-q").fill("amina")
    expect(page.locator("#palette-found a").first).to_contain_text("C-1")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/clients/"))
    assert [] == faults(page)


def test_the_first_key_press_reaches_the_way_around_the_menu(site: Site) -> None:
    page = site.person("admin")
    page.goto("/bills")
    page.keyboard.press("Tab")

    assert "Skip to content" == page.evaluate("document.activeElement.textContent")


def test_light_and_dark_change_without_a_reload_and_stay(site: Site) -> None:
    page = site.person("admin", color_scheme="light")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("[data-theme-toggle]").click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.reload()

    assert light != dark
    assert dark == page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_dark_follows_the_system_until_somebody_chooses(site: Site) -> None:
    page = site.person("admin", color_scheme="dark")

    assert "dark" == page.evaluate("document.documentElement.dataset.bsTheme")


def test_without_scripts_everything_can_be_read_filtered_and_sorted(site: Site) -> None:
    page = site.person(java_script_enabled=False)
    page.goto("/sign-in")
    page.fill("#email", "admin@kilo.example")
    page.fill("#password", "four quiet words here")
    page.click("button[name=submit]")
    expect(page.locator("svg.bars.wide rect")).to_have_count(24)
    page.goto("/bills")
    page.get_by_label("Overdue").check()
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#list tbody tr")).to_have_count(1)
    page.get_by_role("link", name="BILL NO").click()
    assert "sort=number" in page.url
    page.goto("/dashboard")
    page.locator(".theme-form button").click()
    expect(page.locator("html[data-bs-theme=dark]")).to_have_count(1)


def test_a_payment_is_recorded_and_the_bill_turns_paid(fresh_site: Site) -> None:
    page = fresh_site.person("billing")
    page.goto(f"/bills/{fresh_site.console.ids['INV-2']}")
    page.get_by_role("link", name="Record a payment").click()
    page.fill("#f-reference", "Statement 7")
    page.get_by_role("button", name="Book it").click()

    expect(page.locator("h1 .state")).to_have_text("Paid")
    expect(page.get_by_text("Payment of KES 30.00 booked.")).to_be_visible()
    assert [] == faults(page)


def test_the_load_profile_is_drawn_and_stays_within_the_policy(site: Site) -> None:
    page = site.person("admin")
    page.goto(f"/meters/{site.console.ids['M-1']}")
    canvas = page.locator(".load canvas")
    expect(canvas).to_be_visible()
    page.locator(".load .u-over").hover()
    expect(page.locator(".u-legend").get_by_text(re.compile(r"\d kW"))).to_be_visible()

    assert [] == faults(page)


@pytest.mark.parametrize("who", ["root", "amina"])
def test_no_page_breaks_the_policy_or_throws(site: Site, who: str) -> None:
    page = site.person(who)
    for path in (*STAFF_PAGES, *DETAILS) if who == "root" else (*PORTAL_PAGES, "/me", "/help"):
        page.goto(filled(path, site))
        page.wait_for_load_state("load")

        assert [] == faults(page), path


@pytest.mark.parametrize("who", ["root", "amina"])
def test_every_page_fits_the_narrowest_telephone(site: Site, who: str) -> None:
    page = site.person(who, width=320, height=700)
    for path in (*STAFF_PAGES, *DETAILS) if who == "root" else PORTAL_PAGES:
        page.goto(filled(path, site))

        assert 320 >= page.evaluate("document.documentElement.scrollWidth"), path


def test_the_menu_of_a_telephone_opens_and_closes_without_scripts(site: Site) -> None:
    page = site.person("admin", width=390, height=800)
    expect(page.locator("aside nav")).to_be_hidden()
    page.get_by_label("Open the menu").click()
    expect(page.locator("aside nav")).to_be_visible()
    page.locator("aside").get_by_role("link", name="Bills", exact=True).click()
    page.wait_for_url(re.compile("/bills"))
    expect(page.locator("aside nav")).to_be_hidden()


def test_from_right_to_left_numbers_and_charts_stay_as_they_are(site: Site) -> None:
    page = site.person("admin", locale="ar-EG")
    page.goto("/bills")

    assert "rtl" == page.evaluate("getComputedStyle(document.body).direction")
    assert {"ltr"} == set(
        page.evaluate("[...document.querySelectorAll('.num')].map((n) => getComputedStyle(n).direction)")
    )
    side = page.locator("aside").bounding_box()
    assert side is not None
    assert side["x"] > 1000
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440


def test_paper_is_light_and_without_the_menu(site: Site) -> None:
    page = site.person("admin", color_scheme="dark")
    page.emulate_media(media="print")

    expect(page.locator("aside")).to_be_hidden()
    assert "rgb(255, 255, 255)" == page.evaluate("getComputedStyle(document.querySelector('.card')).backgroundColor")
    assert page.locator("svg.bars.wide").is_visible()


def test_the_customer_sees_what_is_due_and_reaches_the_payment_page(site: Site) -> None:
    page = site.person("amina")
    expect(page.get_by_text("BILL NO INV-1")).to_be_visible()
    page.get_by_role("link", name="Pay now").click()

    assert "/pay/" in page.url or "/portal/" in page.url
    assert_no_money_lost(page)


def assert_no_money_lost(page: Page) -> None:
    """The amount due is on whatever page the customer has come to."""
    expect(page.get_by_text(re.compile(r"100\.00|Pay")).first).to_be_visible()


def test_a_client_is_taken_on_without_scripts_and_what_was_wrong_is_said_at_its_field(fresh_site: Site) -> None:
    page = fresh_site.person("billing", java_script_enabled=False)
    page.goto("/clients")
    page.get_by_role("link", name="New client").click()
    page.get_by_label("TENANT NAME").fill("Baraka Stores")
    page.get_by_label("E-mail").fill("nobody")
    page.get_by_role("button", name="Add the client").click()

    expect(page.locator("#e-email")).to_contain_text("is not an e-mail address")
    expect(page.get_by_label("E-mail")).to_have_attribute("aria-describedby", re.compile("e-email"))
    expect(page.get_by_label("TENANT NAME")).to_have_value("Baraka Stores")  # what was right is still there

    page.get_by_label("E-mail").fill("pay@baraka.example")
    page.get_by_role("button", name="Add the client").click()
    expect(page.get_by_text("Baraka Stores is a client now")).to_be_visible()
    expect(page.get_by_role("link", name="Baraka Stores")).to_be_visible()
