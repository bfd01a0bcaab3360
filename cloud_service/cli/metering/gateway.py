"""`energy-cloud gateway`: the boxes on site: registered, listed, given another password, revoked."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.options import WHOSE
from cloud_service.cli.output import as_json, cell, print_listing, print_table

if TYPE_CHECKING:
    from cloud_service.broker.passwords import PasswordFolder
    from cloud_service.store.database.session import Session
    from cloud_service.store.metering.gateways import BrokerUsers

JSON = click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
REASON = click.option("--reason", default="", help="Why; it stands in the audit log.")
MOSQUITTO = click.option(
    "--mosquitto-passwd",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Mosquitto's password file, to be brought up to date too.",
)


@click.group()
def gateway() -> None:
    """Gateways; each enters the broker by its name and a password that is shown once."""


@gateway.command()
@click.argument("name")
@click.option("--site", "site_name", required=True, help="Where it stands.")
@REASON
@MOSQUITTO
@WHOSE
@JSON
def add(name: str, *, site_name: str, reason: str, mosquitto_passwd: Path | None, json_output: bool) -> None:
    """Register a gateway; prints its password and the head of its site file."""
    with transaction() as session:
        from cloud_service.cli.names import site_id
        from cloud_service.flow.metering.gateway import register

        site = site_id(session, site_name)
        password = register(session, site, name, _folder(), at=datetime.now(UTC), author=author(), reason=reason)
        users = _broker_users(session)
    _print_access(name, password, json_output=json_output)
    _tell_broker(users, mosquitto_passwd)


@gateway.command(name="list")
@click.option("--search", default="", help="Part of name or site.")
@click.option("--state", type=click.Choice(["online", "degraded", "offline", "never", "revoked"]))
@click.option("--refused", is_flag=True, help="Only those with messages that were refused.")
@click.option("--limit", default=200, show_default=True)
@JSON
def list_gateways(*, search: str, state: str | None, refused: bool, limit: int, json_output: bool) -> None:
    """Gateways with when they were heard, what they keep and how many messages of each were refused."""
    from cloud_service.store.lists.metering import gateways
    from cloud_service.store.lists.paging import ListQuery
    from cloud_service.store.scope import Scope

    filters = {"status": (state,) if state else (), "refused": ("yes",) if refused else ()}
    query = ListQuery(text=search, filters=filters, size=limit)
    columns = ("name", "site", "state", "last_seen_at", "meters_read", "waiting", "gaps", "refused", "version")
    print_listing(gateways(Scope(), query, datetime.now(UTC)), query, columns, json_output=json_output)


@gateway.command()
@click.argument("name")
@WHOSE
@JSON
def show(name: str, *, json_output: bool) -> None:
    """One gateway: its state, the meters that it announces, what was refused of it."""
    with transaction() as session:
        from cloud_service.cli.names import gateway_id
        from cloud_service.store.lookups.gateways import announced_meters, gateway_by_id
        from cloud_service.store.metering.refused_messages import refused_kinds

        row, site, state = gateway_by_id(session, gateway_id(session, name), datetime.now(UTC))
        meters, refused = announced_meters(session, row), refused_kinds(session, row.name)
        about: dict[str, Any] = {
            "name": row.name, "site": site.name, "state": state, "last_seen_at": row.last_seen_at,
            "password_at": row.password_at, "revoked_at": row.revoked_at,
        }  # fmt: skip
    if json_output:
        click.echo(as_json({**about, "meters": meters, "refused": refused}))
        return
    print_table(["GATEWAY", "SITE", "STATE", "LAST SEEN"], [[cell(about[key]) for key in list(about)[:4]]])
    if meters:
        click.echo()
        rows = [[each.name, ", ".join(each.registers), each.point or "hangs nowhere", each.error] for each in meters]
        print_table(["METER", "REGISTERS", "SERVICE POINT", "FAULT"], rows)
    if refused:
        click.echo()
        rows = [[kind.reason, str(kind.messages), cell(kind.last_at), kind.detail] for kind in refused]
        print_table(["REFUSED", "MESSAGES", "LAST", "DETAIL"], rows)


@gateway.command()
@click.argument("name")
@REASON
@MOSQUITTO
@WHOSE
@JSON
def password(name: str, *, reason: str, mosquitto_passwd: Path | None, json_output: bool) -> None:
    """Give a gateway another password; with the one before it cannot enter any more."""
    with transaction() as session:
        from cloud_service.cli.names import gateway_id
        from cloud_service.flow.metering.gateway import renew_password

        row_id = gateway_id(session, name)
        new = renew_password(session, row_id, _folder(), at=datetime.now(UTC), author=author(), reason=reason)
        users = _broker_users(session)
    _print_access(name, new, json_output=json_output)
    _tell_broker(users, mosquitto_passwd)


@gateway.command()
@click.argument("name")
@REASON
@MOSQUITTO
@WHOSE
@JSON
def revoke(name: str, *, reason: str, mosquitto_passwd: Path | None, json_output: bool) -> None:
    """Listen to a gateway no more, for good; what it sent stays."""
    with transaction() as session:
        from cloud_service.cli.names import gateway_id
        from cloud_service.flow.metering.gateway import revoke as step

        row_id = gateway_id(session, name)
        step(session, row_id, _folder(), at=datetime.now(UTC), author=author(), reason=reason)
        users = _broker_users(session)
    click.echo(as_json({"gateway": name, "state": "revoked"}) if json_output else f"gateway {name} is revoked")
    _tell_broker(users, mosquitto_passwd)


@gateway.command()
@click.option("--mosquitto-passwd", required=True, type=click.Path(path_type=Path, dir_okay=False))
@JSON
def sync(*, mosquitto_passwd: Path, json_output: bool) -> None:
    """Bring Mosquitto's password file up to date with the gateways of the database; its other users stay."""
    with transaction() as session:
        users = _broker_users(session)
    changed = _tell_broker(users, mosquitto_passwd)
    if json_output:
        click.echo(as_json({"gateways": len(users.hashes), "revoked": len(users.revoked), "changed": changed}))
    elif not changed:
        click.echo(f"{mosquitto_passwd} is up to date")


def _folder() -> "PasswordFolder | None":
    """Where the embedded broker of this installation finds passwords; None where the broker is another one."""
    from cloud_service.broker.passwords import PasswordFolder
    from cloud_service.settings import gateway_access

    folder = gateway_access().password_folder
    return PasswordFolder(folder) if folder else None


def _broker_users(session: "Session") -> "BrokerUsers":
    from cloud_service.store.metering.gateways import broker_users

    return broker_users(session)


def _print_access(name: str, new_password: str, *, json_output: bool) -> None:
    """The password, once, and what goes into the site file."""
    from cloud_service.broker.site_file import site_file_head
    from cloud_service.settings import gateway_access

    settings = gateway_access()
    head = site_file_head(name, settings.broker, own_authority=settings.own_authority)
    if json_output:
        click.echo(as_json({"gateway": name, "password": new_password, "site_file": head}))
        return
    click.echo(f"password of {name}, shown this once; keep it as {name}.password beside the site file (chmod 600):\n")
    click.echo(f"    {new_password}\n")
    click.echo(f"head of the site file; lines and meters follow (deploy/edge/site.toml shows all):\n\n{head}")


def _tell_broker(users: "BrokerUsers", file: Path | None) -> bool:
    """Bring Mosquitto's file up to date, or say who knows what; whether a file was changed."""
    from cloud_service.broker.mosquitto import RELOAD, write_password_file

    if file:
        changed = write_password_file(file, users.hashes, users.revoked)
        if changed:
            click.echo(f"{file} is written; now: {RELOAD}", err=True)
        return changed
    if _folder():
        click.echo("the broker knows it within 5 seconds, if it runs", err=True)
    else:
        click.echo(
            "the broker does not know it yet: energy-cloud gateway sync --mosquitto-passwd FILE, on its machine",
            err=True,
        )
    return False
