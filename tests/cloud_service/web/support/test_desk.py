from flask.testing import FlaskClient

from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.pages import text_of


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
