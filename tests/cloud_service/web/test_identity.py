import hmac
import re
import struct
import time
from base64 import b32decode
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from cloud_service.store.database.session import transaction
from tests.cloud_service.web.conftest import Console, enter, post, token
from tests.cloud_service.web.operator_rows import PASSWORD


def test_the_right_password_opens_the_console_and_signing_out_closes_it(fresh: Console) -> None:
    client = fresh.visitor()

    assert 302 == enter(client, "ADMIN@kilo.example", PASSWORD)
    assert 200 == client.get("/dashboard").status_code

    post(client, "/dashboard", "/sign-out")
    assert 302 == client.get("/dashboard").status_code


def test_a_wrong_password_and_an_unknown_person_look_the_same(fresh: Console) -> None:
    def page_for(email: str) -> str:
        page = post(fresh.visitor(), "/sign-in", "/sign-in", email=email, password="wrong words here").text
        return re.sub(r'value="[^"]*"', "", page)

    assert page_for("admin@kilo.example") == page_for("nobody@kilo.example")
    assert "Authentication failed" in page_for("nobody@kilo.example")


def test_after_many_wrong_passwords_the_right_one_waits(fresh: Console) -> None:
    for n in range(8):
        client = fresh.visitor()
        client.environ_base["REMOTE_ADDR"] = f"10.0.0.{n}"
        enter(client, "admin@kilo.example", "wrong words here")

    assert 200 == enter(fresh.visitor(), "admin@kilo.example", PASSWORD)  # the form again, with its reason
    with transaction(fresh.engine) as session:
        session.execute(text("UPDATE app_user SET locked_until = now() - interval '1 second'"))
    assert 302 == enter(fresh.visitor(), "admin@kilo.example", PASSWORD)


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_the_sign_in_leads_to_no_other_site(fresh: Console, where: str) -> None:
    client = fresh.visitor()
    answer = post(client, "/sign-in", f"/sign-in?next={where}", email="admin@kilo.example", password=PASSWORD)

    target = urlsplit(answer.location or "/")
    assert ("", "", "/") == (target.scheme, target.netloc, target.path[:1])


def test_the_sign_in_leads_on_to_the_page_that_was_asked_for(fresh: Console) -> None:
    client = fresh.visitor()
    form = client.get("/bills?status=overdue").location
    answer = post(client, form, form, email="admin@kilo.example", password=PASSWORD)

    assert "/bills?status=overdue" == answer.location


def test_a_changed_password_is_needed_from_then_on(fresh: Console) -> None:
    client = fresh.sign_in("billing")
    answer = post(
        client, "/me/password", "/me/password",
        password=PASSWORD, new_password="other quiet words", new_password_confirm="other quiet words",
    )  # fmt: skip

    assert 302 == answer.status_code
    assert 200 == enter(fresh.visitor(), "billing@kilo.example", PASSWORD)
    assert 302 == enter(fresh.visitor(), "billing@kilo.example", "other quiet words")


def code_of(secret: str, at: float) -> str:
    """RFC 6238 as the authenticator app computes it."""
    digest = hmac.digest(b32decode(secret.replace(" ", "").upper()), struct.pack(">Q", int(at) // 30), "sha1")
    at_byte = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at_byte : at_byte + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def set_up_second_factor(client: FlaskClient) -> str:
    """Switch it on as a person does; returns the secret."""
    chosen = post(client, "/me/second-factor", "/me/second-factor", setup="authenticator").text
    secret = re.search(r"<code>([A-Z2-7 -]{16,})</code>", chosen)
    assert secret is not None, chosen
    key = secret[1].replace("-", "").replace(" ", "")
    form = re.search(r'action="([^"]*/me/second-factor/[^"]+)"', chosen)
    assert form is not None
    answer = client.post(form[1], data={"csrf_token": token(chosen), "code": code_of(key, time.time())})
    assert 302 == answer.status_code, answer.text
    return key


def test_with_a_second_factor_the_password_alone_opens_nothing(fresh: Console) -> None:
    key = set_up_second_factor(fresh.sign_in("admin"))
    client = fresh.visitor()

    assert 302 == enter(client, "admin@kilo.example", PASSWORD)
    assert 302 == client.get("/dashboard").status_code
    assert 200 == post(client, "/sign-in/code", "/sign-in/code", code="000000").status_code
    assert 302 == client.get("/dashboard").status_code

    answer = post(client, "/sign-in/code", "/sign-in/code", code=code_of(key, time.time() + 30))
    assert 302 == answer.status_code, answer.text
    assert 200 == client.get("/dashboard").status_code


def test_the_secret_of_the_second_factor_is_unreadable_in_the_database(fresh: Console) -> None:
    key = set_up_second_factor(fresh.sign_in("admin"))
    with transaction(fresh.engine) as session:
        stored = session.execute(
            text("SELECT tf_totp_secret FROM app_user WHERE email = 'admin@kilo.example'")
        ).scalar_one()

    assert key not in stored
