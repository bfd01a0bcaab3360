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
from tests.cloud_service.web.conftest import Console, post, token
from tests.cloud_service.web.operator_rows import PASSWORD


def enter(client: FlaskClient, email: str, password: str, to: str = "/sign-in") -> int:
    return int(post(client, "/sign-in", to, email=email, password=password).status_code)


def cookie(client: FlaskClient) -> str:
    found = client.get_cookie("energy")
    assert found is not None
    return str(found.value)


def test_the_right_password_opens_the_console_and_signing_out_closes_it(fresh: Console) -> None:
    client = fresh.visitor()

    assert 302 == enter(client, "ADMIN@kilo.example", PASSWORD)
    assert 200 == client.get("/dashboard").status_code

    post(client, "/dashboard", "/sign-out")
    assert 302 == client.get("/dashboard").status_code


def test_a_stolen_cookie_is_worth_nothing_after_the_sign_out(fresh: Console) -> None:
    client = fresh.sign_in("admin")
    stolen = cookie(client)

    post(client, "/dashboard", "/sign-out")
    thief = fresh.visitor()
    thief.set_cookie("energy", stolen)

    assert 302 == thief.get("/dashboard").status_code


def test_signing_in_makes_a_new_session(fresh: Console) -> None:
    client = fresh.visitor()
    client.get("/sign-in")
    before = cookie(client)

    enter(client, "admin@kilo.example", PASSWORD)

    assert before != cookie(client)
    assert cookie(client).startswith("s1.")


def test_the_database_knows_no_token_and_no_password(fresh: Console) -> None:
    client = fresh.sign_in("admin")
    with transaction(fresh.engine) as session:
        kept = str(session.execute(text("SELECT * FROM web_session, app_user")).all())

    assert cookie(client) not in kept
    assert PASSWORD not in kept
    assert "$argon2id$" in kept


def test_a_wrong_password_and_an_unknown_person_look_the_same(fresh: Console) -> None:
    def words(email: str) -> str:
        page = post(fresh.visitor(), "/sign-in", "/sign-in", email=email, password="wrong words here").text
        return re.sub(r'value="[^"]*"', "", page)

    assert words("admin@kilo.example") == words("nobody@kilo.example")
    assert "Authentication failed" in words("nobody@kilo.example")


def test_after_many_wrong_passwords_the_right_one_waits(fresh: Console) -> None:
    for n in range(8):
        client = fresh.visitor()
        client.environ_base["REMOTE_ADDR"] = f"10.0.0.{n}"
        enter(client, "admin@kilo.example", "wrong words here")

    assert 200 == enter(fresh.visitor(), "admin@kilo.example", PASSWORD)  # the form again, with its reason
    with transaction(fresh.engine) as session:
        session.execute(text("UPDATE app_user SET locked_until = now() - interval '1 second'"))
    assert 302 == enter(fresh.visitor(), "admin@kilo.example", PASSWORD)


def test_tries_from_one_address_are_limited_and_looking_is_not(fresh: Console) -> None:
    client = fresh.visitor()
    answers = [enter(client, f"somebody{n}@kilo.example", "wrong words here") for n in range(12)]

    assert 429 == answers[-1]
    assert 200 == answers[0]
    assert 200 == client.get("/sign-in").status_code


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_the_sign_in_leads_to_no_other_site(fresh: Console, where: str) -> None:
    client = fresh.visitor()
    answer = post(client, "/sign-in", f"/sign-in?next={where}", email="admin@kilo.example", password=PASSWORD)

    found = urlsplit(answer.location or "/")
    assert ("", "", "/") == (found.scheme, found.netloc, found.path[:1])


def test_the_sign_in_leads_on_to_the_page_that_was_asked_for(fresh: Console) -> None:
    client = fresh.visitor()
    asked = client.get("/bills?status=overdue").location
    answer = post(client, asked, asked, email="admin@kilo.example", password=PASSWORD)

    assert "/bills?status=overdue" == answer.location


def test_a_part_of_a_page_sends_the_whole_page_to_the_sign_in(console: Console) -> None:
    answer = console.visitor().get("/bills", headers={"HX-Request": "true"})

    assert (401, "/sign-in") == (answer.status_code, answer.headers["HX-Redirect"])


def test_signing_out_everywhere_ends_the_other_browsers_too(fresh: Console) -> None:
    one, other = fresh.sign_in("admin"), fresh.sign_in("admin")

    post(one, "/me", "/me/sign-out-everywhere")

    assert 302 == one.get("/dashboard").status_code
    assert 302 == other.get("/dashboard").status_code


def test_a_session_ends_by_itself(fresh: Console) -> None:
    client = fresh.sign_in("admin")
    with transaction(fresh.engine) as session:
        session.execute(text("UPDATE web_session SET expires_at = now() - interval '1 second'"))

    assert 302 == client.get("/dashboard").status_code


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
        kept = session.execute(
            text("SELECT tf_totp_secret FROM app_user WHERE email = 'admin@kilo.example'")
        ).scalar_one()

    assert key not in kept
