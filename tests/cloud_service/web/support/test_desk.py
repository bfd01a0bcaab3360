from flask.testing import FlaskClient
from sqlalchemy import text

from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import database_rows, text_of


def test_who_calls_is_found_by_name_and_by_bill(console: Console) -> None:
    support = console.sign_in("support")

    assert "Amina Wanjiku" in text_of(support.get("/support?q=amina").text)
    assert f"/bills/{console.ids['INV-2']}" in support.get("/support?q=INV-2").text


def test_what_may_be_why_somebody_calls_stands_there_without_a_search(console: Console) -> None:
    page = text_of(console.sign_in("support").get("/support").text)

    for heading in ("Gateways in trouble", "Silent meters", "Mails that did not arrive", "Refused messages"):
        assert heading in page


def test_only_the_support_desk_may_look(console: Console, admin: FlaskClient) -> None:
    assert 404 == console.sign_in("billing").get("/support").status_code
    assert 200 == admin.get("/support").status_code


def test_a_mail_that_did_not_arrive_is_sent_again_from_the_desk(fresh: Console) -> None:
    with fresh.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO delivery (account_id, kind, recipient, message_id, state, error, facts)"
                " SELECT id, 'reminder', 'old@example.com', '<r@kilo.example>', 'bounced', 'no such mailbox', '{}'"
                " FROM account WHERE number = 'A-1'"
            )
        )
    desk = fresh.sign_in("support")
    page = desk.get("/support").text
    (row,) = database_rows(fresh, "SELECT id FROM delivery")

    assert "old@example.com Reminder Bounced no such mailbox Send again" in text_of(page)
    assert 302 == post(desk, "/support", f"/support/mails/{row.id}/again").status_code
    assert "It is on its way to c-1@example.com." in text_of(desk.get("/support").text)
    assert 302 == post(desk, "/support", f"/support/mails/{row.id}/again").status_code
    assert "this letter was sent, or is on its way" in text_of(desk.get("/support").text).replace("This", "this")
    assert 404 == post(fresh.sign_in("billing"), "/me", f"/support/mails/{row.id}/again").status_code
