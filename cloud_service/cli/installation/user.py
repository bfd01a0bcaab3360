"""`energy-cloud user`: who may sign in. There is no default password: the first administrator comes from here."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.options import WHOSE
from cloud_service.store.identity.roles import ROLES
from common.errors import InputError

ROLE = click.Choice(ROLES)
ACTOR = "command line"


@click.group()
def user() -> None:
    """People who may sign in to the console or the portal."""


@user.command()
@click.argument("email")
@click.option("--name", default="", help="Shown in the console; the address unless given.")
@click.option("--role", type=ROLE, required=True, help="What they may do.")
@click.option("--client", "client_number", default="", help="For the role client: the client's number.")
@WHOSE
@click.option("--password-stdin", is_flag=True, help="Read a password from standard input instead of making a link.")
@click.option("--password-file", type=click.Path(path_type=Path, dir_okay=False), help="The same from a file.")
@click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
def add(
    *, email: str, name: str, role: str, client_number: str, password_stdin: bool, password_file: Path | None,
    json_output: bool,
) -> None:  # fmt: skip
    """Let EMAIL sign in, and print the one-time link by which they choose a password."""
    password = _password(stdin=password_stdin, file=password_file)
    with _database() as (link_for, session):
        from cloud_service.cli.names import client_id
        from cloud_service.store.identity import users

        person = users.add_user(
            session,
            email=email,
            name=name,
            role=role,
            password=password,
            client_id=client_id(session, client_number) if client_number else None,
            actor=ACTOR,
        )
        session.commit()
        _print(
            {"email": person.email, "role": role} | ({} if password else {"link": link_for(email)}),
            json_output=json_output,
        )


@user.command()
@click.argument("email")
@click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
def link(*, email: str, json_output: bool) -> None:
    """Print a new one-time link for EMAIL: a day to choose a password."""
    with _database() as (link_for, session):
        from cloud_service.store.identity import users

        users.note(session, ACTOR, "user.invite", _user_of(session, email))
        session.commit()
        _print({"email": email, "link": link_for(email)}, json_output=json_output)


@user.command()
@click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
def first(*, json_output: bool) -> None:
    """Print a new one-time link that makes the first administrator, while there is none."""
    from cloud_service.settings import read_settings

    settings = read_settings()
    with transaction() as session:
        from cloud_service.flow.first_administrator import offer_link

        token = offer_link(session, datetime.now(UTC), actor=author())
    _print({"link": f"{settings.public_url}/first#{token}"}, json_output=json_output)


@user.command()
@click.argument("email")
@click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
def disable(*, email: str, json_output: bool) -> None:
    """Keep EMAIL out from now on; their browsers are signed out at once."""
    with _database() as (_link_for, session):
        from cloud_service.store.identity import users

        users.set_active(session, _user_of(session, email), active=False, actor=ACTOR)
        session.commit()
        _print({"email": email, "active": False}, json_output=json_output)


@user.command(name="list")
@click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
def list_all(*, json_output: bool) -> None:
    """Print who may sign in."""
    with _database() as (_link_for, session):
        from cloud_service.store.identity import users

        rows: list[dict[str, Any]] = [
            {
                "email": person.email,
                "name": person.name,
                "roles": [grant.role for grant in person.grants],
                "active": person.active,
            }
            for person in users.users(session)
        ]
    if json_output:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['email']}\t{', '.join(row['roles'])}\t{row['name']}{'' if row['active'] else '  (kept out)'}")


def _password(*, stdin: bool, file: Path | None) -> str | None:
    """The first line of what is given; None where the person shall choose one."""
    if stdin and file:
        raise InputError("a password comes from one place", path="--password-file", hint="leave --password-stdin out")
    if file is None:
        return sys.stdin.readline().rstrip("\n") if stdin else None
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", path=str(file)) from None
    if not lines or not lines[0]:
        raise InputError("holds no password", path=str(file), hint="its first line is the password")
    return lines[0]


def _print(fields: dict[str, Any], *, json_output: bool) -> None:
    if json_output:
        click.echo(json.dumps(fields, ensure_ascii=False))
    elif "link" in fields:
        click.echo(fields["link"])
        click.echo("This link works once, for a day.", err=True)
    else:
        click.echo("done", err=True)


def _user_of(session: Any, email: str) -> Any:
    from cloud_service.store.identity import users
    from common.errors import NotFoundError

    person = users.user_by_email(session, email)
    if person is None:
        raise NotFoundError(f"nobody signs in as {email}")
    return person


@contextmanager
def _database() -> Iterator[tuple[Callable[[str], str], Any]]:
    """A maker of links, signed with the keys of this installation, and a session on its database."""
    from cloud_service.settings import read_settings
    from cloud_service.store.database.session import Session, connect

    settings = read_settings()
    engine = connect(settings.database_url)

    def link_for(email: str) -> str:
        from cloud_service.web.identity import one_time_link  # half a second to import, for links only

        return one_time_link(settings, engine, email)

    try:
        with Session(engine, expire_on_commit=False) as session:
            yield link_for, session
    finally:
        engine.dispose()
