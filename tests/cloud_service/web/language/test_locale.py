import pytest
from sqlalchemy import text

from cloud_service.documents.translations import languages
from cloud_service.store.database.session import transaction
from cloud_service.web.language.locale import BILL_LANGUAGES, chosen, direction
from tests.cloud_service.web.conftest import Console


@pytest.mark.parametrize(
    ("cookie", "browser", "language"),
    [
        ("sw", "de", "sw"),  # the cookie is the person's own choice
        ("tlh", "de,en;q=0.5", "de"),  # a language that we do not have is none
        ("", "it, fr;q=0.8", "fr"),
        ("", "it", "en"),
    ],
)
def test_the_language_is_the_cookies_then_the_browsers(
    console: Console, cookie: str, browser: str, language: str
) -> None:
    headers = {"Accept-Language": browser, "Cookie": f"language={cookie}"}
    with console.app.test_request_context(headers=headers):
        assert language == chosen()


def test_where_browser_and_cookie_say_nothing_a_person_reads_the_language_of_their_record(fresh: Console) -> None:
    with transaction(fresh.engine) as session:
        session.execute(text("UPDATE app_user SET locale = 'sw' WHERE email = 'admin@kilo.example'"))
    admin = fresh.sign_in("admin")

    assert '<html lang="sw"' in admin.get("/me", headers={"Accept-Language": "it"}).text
    assert '<html lang="de"' in admin.get("/me", headers={"Accept-Language": "de"}).text


def test_arabic_runs_from_right_to_left(console: Console) -> None:
    with console.app.test_request_context(headers={"Cookie": "language=ar"}):
        assert "rtl" == direction()
    with console.app.test_request_context(headers={"Cookie": "language=sw"}):
        assert "ltr" == direction()


def test_the_languages_offered_for_bills_are_those_that_bills_have_words_in() -> None:
    assert set(languages()) == set(BILL_LANGUAGES)
