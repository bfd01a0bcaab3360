from flask.testing import FlaskClient
from sqlalchemy import text

from cloud_service.store.database.session import transaction
from tests.cloud_service.web.conftest import Console, enter, post
from tests.cloud_service.web.operator_rows import PASSWORD


def cookie(client: FlaskClient) -> str:
    stored = client.get_cookie("energy")
    assert stored is not None
    return str(stored.value)


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
        stored = str(session.execute(text("SELECT * FROM web_session, app_user")).all())

    assert cookie(client) not in stored
    assert PASSWORD not in stored
    assert "$argon2id$" in stored


def test_a_session_ends_by_itself(fresh: Console) -> None:
    client = fresh.sign_in("admin")
    with transaction(fresh.engine) as session:
        session.execute(text("UPDATE web_session SET expires_at = now() - interval '1 second'"))

    assert 302 == client.get("/dashboard").status_code
