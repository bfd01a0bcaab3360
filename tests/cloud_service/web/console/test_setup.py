import re

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


def test_a_step_is_an_ordinary_page_with_a_link_back(console: Console) -> None:
    admin = console.sign_in("admin")
    assert "/tariffs/sheet?setup=1" in admin.get("/setup").text

    assert 'href="/setup"' in admin.get("/tariffs/sheet?setup=1").text
    assert 'href="/setup"' not in admin.get("/tariffs/sheet").text


def test_a_step_that_somebody_else_does_has_no_button(fresh: Console) -> None:
    database_rows(fresh, UNDONE)
    page = text_of(fresh.sign_in("billing").get("/setup").text)
    assert "somebody else's step" in page.replace("&#39;", "'")


def test_every_step_leads_to_a_page_that_there_is(console: Console) -> None:
    admin = console.sign_in("root")
    links = re.findall(r'href="([^"]+setup=1)"', admin.get("/setup").text)
    assert 10 == len(links)
    for link in links:
        assert 200 == admin.get(link).status_code, link


def test_customers_see_no_first_hour(console: Console) -> None:
    assert 404 == console.sign_in("amina").get("/setup").status_code
