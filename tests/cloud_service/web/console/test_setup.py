import re
from dataclasses import replace

import pytest

from cloud_service.store.customers.tables import LegalEntity
from cloud_service.store.lookups.setup_progress import setup_progress
from cloud_service.web.console import setup
from cloud_service.web.console.setup import Checklist, SetupStep
from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.pages import database_rows, text_of

UNDONE = "UPDATE legal_entity SET address = '' RETURNING id"


def test_what_is_there_is_done_and_the_next_step_is_named(fresh: Console) -> None:
    page = fresh.sign_in("admin").get("/setup").text
    assert 'aria-label="First tariff: look or change"' in page

    database_rows(fresh, UNDONE)
    page = fresh.sign_in("admin").get("/setup").text
    assert 'aria-current="step"' in page
    assert 'aria-label="Company: begin"' in page


def test_the_dashboard_names_the_next_step_until_the_first_payment(fresh: Console) -> None:
    assert "First hour" not in text_of(fresh.sign_in("admin").get("/dashboard").text)


def test_who_came_by_the_list_is_led_from_page_to_page_until_the_first_payment(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bank account and payment are missing: the strip names the first of them, on its own page as the present one."""
    admin = console.sign_in("admin")
    state = {"company": True, "bank": False, "payment": False}
    with monkeypatch.context() as patch:
        patch.setattr(setup, "setup_progress", lambda *key: replace(setup_progress(*key), **state))
        assert "Next: Bank account" not in admin.get("/tariffs").text
        assert "Next: Bank account" not in text_of(admin.get("/setup").text)  # it is the list itself

        page = admin.get("/tariffs").text
        assert "First hour" in text_of(page)
        (href,) = re.findall(r'href="([^"]+/bank)">Next: Bank account', page)
        assert "Now: Bank account" in text_of(admin.get(href).text)

    assert "The first payment is in" in text_of(admin.get("/tariffs").text)
    assert "First hour" not in text_of(admin.get("/tariffs").text)


def test_what_can_wait_holds_nothing_up() -> None:
    steps = (
        SetupStep("look", "Look", "", done=False, href="/look", optional=True),
        SetupStep("tariff", "Tariff", "", done=False, href="/tariff", optional=False),
    )

    assert "tariff" == getattr(Checklist(LegalEntity(), steps, over=False).next, "key", None)
    assert None is Checklist(LegalEntity(), steps[:1], over=False).next


def test_a_step_that_is_done_leads_to_what_came_of_it(console: Console) -> None:
    page = console.sign_in("admin").get("/setup").text

    assert 'href="/tariffs" aria-label="First tariff: look or change"' in page
    assert 'href="/bills" aria-label="First bill: look or change"' in page


def test_a_step_that_somebody_else_does_has_no_button(fresh: Console) -> None:
    database_rows(fresh, UNDONE)
    page = text_of(fresh.sign_in("billing").get("/setup").text)
    assert "somebody else's step" in page.replace("&#39;", "'")


def test_every_step_leads_to_a_page_that_there_is(console: Console) -> None:
    admin = console.sign_in("root")
    links = re.findall(r'href="([^"]+)" aria-label="[^"]+: (?:look or change|begin)"', admin.get("/setup").text)
    assert 12 == len(links)
    for link in links:
        assert 200 == admin.get(link).status_code, link


def test_customers_see_no_first_hour(console: Console) -> None:
    assert 404 == console.sign_in("amina").get("/setup").status_code
