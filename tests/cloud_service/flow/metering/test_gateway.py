"""A gateway enters by a password that nobody can read later; each step leaves a trace without it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cloud_service.broker.passwords import PasswordFolder, is_password
from cloud_service.flow.metering.gateway import register, renew_password, revoke
from cloud_service.store.lookups.ids_by_name import gateway_id, site_id
from cloud_service.store.metering import gateways
from common.errors import ConflictError, InputError
from tests.books.world import World, build

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def world(session: Session) -> World:
    return build(session, tenants=1)


@pytest.fixture
def site(session: Session, world: World) -> int:
    return site_id(session, "House")


@pytest.fixture
def folder(tmp_path: Path) -> PasswordFolder:
    return PasswordFolder(tmp_path)


def row(session: Session, name: str) -> tuple[object, ...]:
    query = text("SELECT state, password_hash, revoked_at FROM gateway WHERE name = :name")
    return tuple(session.execute(query, {"name": name}).one())


def test_a_registered_gateway_is_known_by_a_hash_and_to_the_embedded_broker(
    session: Session, site: int, folder: PasswordFolder
) -> None:
    password = register(session, site, "gw-7", folder, at=NOW, author="mary", reason="new box")
    state, stored, _ = row(session, "gw-7")

    assert "registered" == state
    assert is_password(password, str(stored))
    assert {"gw-7": password} == folder.passwords()


def test_another_password_ends_the_one_before(session: Session, site: int, folder: PasswordFolder) -> None:
    old = register(session, site, "gw-7", folder, at=NOW, author="mary")
    new = renew_password(session, gateway_id(session, "gw-7"), folder, at=NOW, author="mary")
    stored = str(row(session, "gw-7")[1])

    assert is_password(new, stored)
    assert not is_password(old, stored)
    assert {"gw-7": new} == folder.passwords()


def test_a_revoked_gateway_has_no_password_and_stays_revoked(
    session: Session, site: int, folder: PasswordFolder
) -> None:
    register(session, site, "gw-7", folder, at=NOW, author="mary")
    known = gateway_id(session, "gw-7")
    revoke(session, known, folder, at=NOW, author="mary")

    assert ("revoked", "", NOW) == row(session, "gw-7")
    assert {} == folder.passwords()
    for step in (revoke, renew_password):
        with pytest.raises(ConflictError, match="gateway gw-7 is revoked"):
            step(session, known, folder, at=NOW, author="mary")


def test_the_audit_log_has_each_step_and_no_password(session: Session, site: int, folder: PasswordFolder) -> None:
    passwords = [register(session, site, "gw-7", folder, at=NOW, author="mary", reason="new box")]
    known = gateway_id(session, "gw-7")
    passwords.append(renew_password(session, known, folder, at=NOW, author="mary"))
    revoke(session, known, folder, at=NOW, author="mary")
    rows = session.execute(
        text("SELECT action, actor, reason, after::text FROM audit WHERE action LIKE 'gateway.%'")
    ).all()

    assert ["gateway.add", "gateway.password", "gateway.revoke"] == [each.action for each in rows]
    assert ("mary", "new box") == (rows[0].actor, rows[0].reason)
    assert not any(secret in each.after or "$7$" in each.after for secret in passwords for each in rows)


@pytest.mark.parametrize("name", ["", "a b", "gw/1", "+", "x" * 65, "cloud", "Cloud"])
def test_a_name_that_cannot_be_is_refused_and_nothing_is_kept(
    session: Session, site: int, folder: PasswordFolder, name: str
) -> None:
    with pytest.raises(InputError) as refusal:
        register(session, site, name, folder, at=NOW, author="mary")

    assert "name" == refusal.value.path
    assert {} == folder.passwords()


def test_a_taken_name_is_refused_by_the_database_and_the_first_keeps_its_password(
    session: Session, site: int, folder: PasswordFolder
) -> None:
    password = register(session, site, "gw-7", folder, at=NOW, author="mary")
    with pytest.raises(IntegrityError):
        register(session, site, "gw-7", folder, at=NOW, author="mary")

    assert {"gw-7": password} == folder.passwords()


def test_without_an_embedded_broker_the_hashes_are_what_a_broker_gets(session: Session, site: int) -> None:
    for name in ("gw-7", "gw-8"):
        register(session, site, name, None, at=NOW, author="mary")
    revoke(session, gateway_id(session, "gw-8"), None, at=NOW, author="mary")
    users = gateways.broker_users(session)

    assert (["gw-7"], frozenset({"gw-8"})) == (list(users.hashes), users.revoked)
