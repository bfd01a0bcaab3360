from cloud_service.store.database.session import transaction
from cloud_service.store.delivery import mail_relay
from cloud_service.store.delivery.mail_relay import StoredRelay
from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.pages import text_of
from tests.cloud_service.web.waiting_letters import let_wait


def test_an_administrator_is_told_on_each_page_and_led_to_the_form(fresh: Console) -> None:
    let_wait(fresh, letters=2)
    root = fresh.sign_in("root")
    for address in ("/dashboard", "/bills", "/settings/mail"):
        page = root.get(address).text
        assert "2 letters wait: no mail server is set. Set up mail" in text_of(page), address
        assert 'href="/settings/mail"' in page


def test_others_are_not_bothered(fresh: Console) -> None:
    let_wait(fresh, letters=2)

    assert "no mail server is set" not in fresh.sign_in("billing").get("/bills").text


def test_letters_that_a_relay_refused_for_now_are_told_with_its_words(fresh: Console) -> None:
    let_wait(fresh, letters=1)
    let_wait(fresh, letters=1, error="451 greylisted")
    with transaction(fresh.engine) as session:
        mail_relay.set_relay(session, StoredRelay("smtp.example.com", 25, "none", "", "", "a@b.c"))

    page = text_of(fresh.sign_in("root").get("/bills").text)
    assert "1 letter waits: the mail server did not take it (451 greylisted)." in page


def test_nothing_is_said_where_nothing_waits(fresh: Console) -> None:
    let_wait(fresh, letters=0)

    assert "Set up mail" not in fresh.sign_in("root").get("/bills").text
