import re
from pathlib import Path
from urllib.parse import urljoin

import pytest
from flask.testing import FlaskClient

from cloud_service.web.help.manual import articles
from cloud_service.web.help.manual_folder import example_files
from tests.cloud_service.web.pages import text_of


def test_the_manual_begins_with_the_console_and_lists_every_page(admin: FlaskClient) -> None:
    page = admin.get("/help").text

    assert "console" == next(iter(articles()))
    assert [] == [name for name in articles() if f'href="/help/{name}"' not in page]


def test_links_between_pages_and_pictures_lead_somewhere(admin: FlaskClient) -> None:
    for address in ("/help", "/help/console"):
        page = admin.get(address).text
        assert '.md"' not in page
        (link,) = set(re.findall(r'href="([^"]*start)"', page))
        assert 200 == admin.get(urljoin(address, link)).status_code
    assert 404 == admin.get("/help/pictures/../console.md").status_code


def test_markup_in_the_manual_is_shown_as_text(admin: FlaskClient) -> None:
    assert "<script" not in admin.get("/help/tariffs").text.partition('class="card-body prose"')[2]


def test_a_page_that_the_manual_has_not_is_not_found(admin: FlaskClient) -> None:
    answer = admin.get("/help/nothing")

    assert 404 == answer.status_code
    assert "the manual has no such page" in text_of(answer.text)


@pytest.mark.parametrize("file", example_files(), ids=lambda file: file.name)
def test_the_first_day_s_files_are_kept_from_its_page(admin: FlaskClient, file: Path) -> None:
    assert f'href="/help/first-day/{file.name}"' in admin.get("/help/first-day").text
    with admin.get(f"/help/first-day/{file.name}") as answer:
        assert file.read_bytes() == answer.data
        assert "attachment" in answer.headers["Content-Disposition"]


def test_no_other_file_comes_with_the_first_day_s(admin: FlaskClient) -> None:
    assert 404 == admin.get("/help/first-day/nothing.csv").status_code
