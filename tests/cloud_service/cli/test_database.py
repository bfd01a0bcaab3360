import getpass

import pytest
from sqlalchemy import text

from cloud_service.cli.database import author, engine, transaction
from common.errors import ConflictError, NotFoundError
from tests.books.world import World

INSERT = text(
    "INSERT INTO site (legal_entity_id, name, timezone, currency) SELECT id, 'Hof', 'UTC', 'EUR' FROM legal_entity"
)
COUNT = text("SELECT count(*) FROM site WHERE name = 'Hof'")


def test_a_command_s_transaction_is_committed_at_its_end(operator: World) -> None:
    with transaction() as session:
        session.execute(INSERT)

    assert 1 == operator.session.execute(COUNT).scalar()


def insert_and_fail() -> None:
    with transaction() as session:
        session.execute(INSERT)
        raise NotFoundError("no such meter")


def test_a_command_that_fails_leaves_nothing(operator: World) -> None:
    with pytest.raises(NotFoundError):
        insert_and_fail()

    assert 0 == operator.session.execute(COUNT).scalar()


def insert_client_again() -> None:
    with transaction() as session:
        session.execute(
            text("INSERT INTO client (legal_entity_id, number, name) SELECT id, 'C1', 'X' FROM legal_entity")
        )


def test_what_the_database_refuses_is_a_conflict_in_words(operator: World) -> None:
    with pytest.raises(ConflictError, match="number"):
        insert_client_again()


def test_the_engine_has_the_rights_of_the_application_only(operator: World) -> None:
    with engine() as database, database.connect() as connection:
        assert "energy_app" == connection.execute(text("SELECT current_user")).scalar()


def test_the_audit_log_names_who_ran_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "mary")

    assert "cli:mary" == author()


def test_a_machine_without_users_still_has_an_author(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise OSError("no user")

    monkeypatch.setattr(getpass, "getuser", nobody)

    assert "cli" == author()


def test_transactions_within_an_engine_share_it_and_end_by_themselves(operator: World) -> None:
    with engine() as outer:
        with pytest.raises(NotFoundError):
            insert_and_fail()
        with transaction() as session:
            session.execute(INSERT)
            assert outer is session.get_bind()
    with engine() as another:
        assert another is not outer

    assert 1 == operator.session.execute(COUNT).scalar()
