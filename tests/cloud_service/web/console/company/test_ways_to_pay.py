from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import database_rows, text_of
from tests.cloud_service.web.shop import Shop

PAGE, TRY = "/settings/payments", "/settings/payments/try"


def test_what_is_set_is_told_and_no_secret_is_ever_shown(console: Console) -> None:
    page = console.sign_in("root").get(PAGE).text

    assert "set, not shown" in text_of(page)
    assert "http://localhost/webhooks/simulated" in page
    assert "s" * 32 not in page
    assert "w" * 32 not in page
    assert "Zeta GmbH None yet: bills say no way to pay by transfer." in text_of(page)


def test_a_company_that_cannot_be_asked_is_said(console: Console) -> None:
    root = console.sign_in("root")
    assert 302 == post(root, PAGE, TRY).status_code
    assert "is no address" in text_of(root.get(PAGE).text)


def test_trying_asks_the_company_for_a_page_and_books_nothing(shop: Shop, fresh: Console) -> None:
    fresh.app.extensions["provider"] = shop.client.application.extensions["provider"]
    root = fresh.sign_in("root")
    before = database_rows(fresh, "SELECT count(*) FROM payment")
    assert 302 == post(root, PAGE, TRY).status_code

    assert "It answers, and takes our key." in text_of(root.get(PAGE).text)
    assert before == database_rows(fresh, "SELECT count(*) FROM payment")


def test_who_looks_after_one_company_tries_nothing_that_all_share(console: Console) -> None:
    admin = console.sign_in("admin")
    assert "Try the payment company" not in text_of(admin.get(PAGE).text)
    assert 403 == post(admin, "/settings/mail", TRY).status_code
    assert 404 == console.sign_in("billing").get(PAGE).status_code
