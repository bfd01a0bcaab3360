from flask.testing import FlaskClient

from cloud_service.web.help import articles
from tests.cloud_service.web.pages import text_of


def test_the_manual_begins_with_the_console_and_lists_every_page(admin: FlaskClient) -> None:
    page = admin.get("/help").text

    assert "console" == next(iter(articles()))
    assert [] == [name for name in articles() if f'href="/help/{name}"' not in page]


def test_links_between_pages_and_pictures_lead_somewhere(admin: FlaskClient) -> None:
    page = admin.get("/help/console").text

    assert '.md"' not in page
    assert 404 == admin.get("/help/pictures/../console.md").status_code


def test_markup_in_the_manual_is_shown_as_text(admin: FlaskClient) -> None:
    assert "<script" not in admin.get("/help/tariffs").text.partition('class="card-body prose"')[2]


def test_a_page_that_the_manual_has_not_is_not_found(admin: FlaskClient) -> None:
    answer = admin.get("/help/nothing")

    assert 404 == answer.status_code
    assert "the manual has no such page" in text_of(answer.text)
