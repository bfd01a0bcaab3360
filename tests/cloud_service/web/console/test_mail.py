from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cloud_service.mail import MailSettings
from cloud_service.mail.sink import controller
from deploy.bench.free_port import free_port
from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import database_rows, text_of
from tests.cloud_service.web.waiting_letters import let_wait

PAGE = "/settings/mail"


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[dict[str, str]]:
    """What is typed to name a relay on this machine that keeps letters in `tmp_path`."""
    port = free_port()
    server = controller(tmp_path, "127.0.0.1", port)
    server.start()
    yield {"host": "127.0.0.1", "port": str(port), "security": "none", "sender": "bills@kilo.example"}
    server.stop()


def test_a_test_shows_what_the_server_said_and_keeps_nothing(
    fresh: Console, sink: dict[str, str], tmp_path: Path
) -> None:
    root = fresh.sign_in("root")
    answer = post(root, PAGE, PAGE, **sink, test_to="me@kilo.example", do="try")

    assert 200 == answer.status_code
    assert "The test letter to me@kilo.example was taken" in text_of(answer.text)
    assert "250 Kept" in answer.text
    assert 1 == len(list(tmp_path.glob("*.eml")))
    assert [] == database_rows(fresh, "SELECT * FROM mail_relay")


def test_a_server_that_does_not_answer_is_said_on_the_page(fresh: Console) -> None:
    typed = {"host": "127.0.0.1", "port": str(free_port()), "security": "none", "sender": "bills@kilo.example"}
    answer = post(fresh.sign_in("root"), PAGE, PAGE, **typed, test_to="me@kilo.example", do="try")

    assert 422 == answer.status_code
    assert "The mail relay does not answer" in text_of(answer.text) or "does not answer" in text_of(answer.text)


def test_what_is_kept_sends_what_waits_and_hides_its_password(fresh: Console, sink: dict[str, str]) -> None:
    let_wait(fresh, letters=2)
    root = fresh.sign_in("root")
    done = post(root, PAGE, PAGE, **sink, username="bills", password="open sesame", do="keep")
    page = root.get(PAGE).text

    assert 302 == done.status_code
    assert "Kept. 2 letters that waited go now." in text_of(page)
    assert "sesame" not in page
    assert "A password is kept" in page
    assert 'value="bills@kilo.example"' in page
    assert "127.0.0.1:" + sink["port"] in text_of(root.get("/settings").text)
    assert 302 == post(root, PAGE, PAGE + "/forget").status_code
    assert "Letters wait from now on" in root.get(PAGE).text


def test_a_refused_form_does_not_send_the_password_back(fresh: Console, sink: dict[str, str]) -> None:
    typed = sink | {"host": "smtp.example.com", "username": "bills", "password": "open sesame"}
    answer = post(fresh.sign_in("root"), PAGE, PAGE, **typed, do="keep")

    assert (422, True) == (answer.status_code, 'id="e-security"' in answer.text)
    assert "sesame" not in answer.text


def test_what_the_environment_names_is_shown_and_can_only_be_tried(
    fresh: Console, sink: dict[str, str], tmp_path: Path
) -> None:
    named = MailSettings(port=int(sink["port"]), password="open sesame", sender="env@kilo.example")
    fresh.app.extensions["settings"] = replace(fresh.app.extensions["settings"], mail=named)
    root = fresh.sign_in("root")
    page = root.get(PAGE).text
    answer = post(root, PAGE, PAGE, test_to="me@kilo.example", do="try")

    assert "The environment names this server" in text_of(page)
    assert ('name="host"' in page, "sesame" in page) == (False, False)
    assert "250 Kept" in answer.text
    assert 1 == len(list(tmp_path.glob("*.eml")))
    post(root, PAGE, PAGE, **sink, test_to="me@kilo.example", do="keep")
    assert [] == database_rows(fresh, "SELECT * FROM mail_relay")


def test_an_administrator_of_one_entity_looks_but_does_not_set(fresh: Console, sink: dict[str, str]) -> None:
    admin = fresh.sign_in("admin")

    assert "belongs to the whole installation" in admin.get(PAGE).text
    post(admin, "/settings/sites/new", PAGE, **sink, do="keep")
    assert [] == database_rows(fresh, "SELECT * FROM mail_relay")
    assert 403 == post(admin, "/settings/sites/new", PAGE + "/forget").status_code
