"""`energy-cloud mail`: the relay that takes our letters; without one they wait."""

from datetime import UTC, datetime
from pathlib import Path

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.installation.failed_mails import COMMANDS
from cloud_service.cli.output import as_json
from common.errors import ConflictError, InputError, NotFoundError

SECURITY = click.Choice(["starttls", "tls", "none"])
JSON = click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")


@click.group()
def mail() -> None:
    """The relay that takes our mails; what the environment names (SMTP_HOST …) wins over what is set here."""


for more_command in COMMANDS:
    mail.add_command(more_command)


@mail.command()
@JSON
def show(*, json_output: bool) -> None:
    """Print the relay, who named it, and how many letters wait."""
    from cloud_service.settings import read_settings

    environment_relay = read_settings().mail
    with transaction() as session:
        from cloud_service.store.delivery import mail_relay
        from cloud_service.store.scope import Scope

        relay = environment_relay or mail_relay.relay(session)
        letters = mail_relay.waiting(session, Scope()).letters
    fields = {
        "host": relay.host if relay else None, "port": relay.port if relay else None,
        "username": relay.username if relay else None, "sender": relay.sender if relay else None,
        "set_by": "environment" if environment_relay else "here" if relay else None, "letters_waiting": letters,
    }  # fmt: skip
    if json_output:
        click.echo(as_json(fields))
        return
    by = " (named by the environment)" if environment_relay else ""
    click.echo(f"{relay.host}:{relay.port} from {relay.sender}{by}" if relay else "no mail relay is set")
    click.echo(f"letters that wait: {letters}")


@mail.command(name="set")
@click.option("--host", required=True, help="The mail server, for example smtp.example.com.")
@click.option("--from", "sender", required=True, help="Who mails come from.")
@click.option("--security", type=SECURITY, default="starttls", show_default=True, help="none: on this machine only.")
@click.option("--port", type=click.IntRange(1, 65535), help="587 for starttls, 465 for tls, 25 for none.")
@click.option("--username", default="", help="Where the server wants a sign-in …")
@click.option(
    "--password-file", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="… and its password."
)
@JSON
def set_relay(
    *, host: str, sender: str, security: str, port: int | None, username: str, password_file: Path | None,
    json_output: bool,
) -> None:  # fmt: skip
    """Keep a relay, its password unreadable in the database, and send the letters that wait."""
    from cloud_service.settings import read_settings

    settings = read_settings()
    if settings.mail is not None:
        raise ConflictError(
            "the environment names a mail relay, which wins", path="SMTP_HOST", hint="change it there, and restart"
        )
    password = _first_line(password_file) if password_file else ""
    with transaction() as session:
        from cloud_service.flow import mail_relay

        details = mail_relay.RelayDetails(host, sender, security, port, username, password)
        letters = mail_relay.set_relay(session, details, settings.secret_key, author=author())
    if json_output:
        click.echo(as_json({"host": host, "letters_sent_now": letters}))
    else:
        click.echo(f"kept; letters that go now: {letters}. Try it: energy-cloud mail test ADDRESS")


@mail.command()
@click.argument("address")
@JSON
def test(*, address: str, json_output: bool) -> None:
    """Send a test letter to ADDRESS and print what the server said."""
    from cloud_service.settings import read_settings

    settings = read_settings()
    with transaction() as session:
        from cloud_service.flow import mail_relay

        relay = mail_relay.relay_of(session, settings.mail, settings.secret_key)
    if relay is None:
        raise NotFoundError("no mail relay is set", hint="energy-cloud mail set --host HOST --from ADDRESS …")
    replies = mail_relay.try_relay(relay, address, datetime.now(UTC))
    if json_output:
        click.echo(as_json({"sent_to": address, "relay": f"{relay.host}:{relay.port}", "replies": replies}))
        return
    for reply in replies:
        click.echo(reply)
    click.echo(f"sent to {address} by {relay.host}:{relay.port}", err=True)


@mail.command()
@JSON
def forget(*, json_output: bool) -> None:
    """Drop the relay that is set here; letters wait from now on."""
    with transaction() as session:
        from cloud_service.flow import mail_relay

        mail_relay.forget_relay(session, author=author())
    click.echo(as_json({"host": None}) if json_output else "done", err=not json_output)


@mail.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--port", default=2525, show_default=True, type=click.IntRange(1, 65535), help="Of this machine.")
@JSON
def sink(*, folder: Path, port: int, json_output: bool) -> None:
    """To try without a mail server: take letters on this machine and keep each as a file in FOLDER, until Ctrl-C."""
    from cloud_service.mail.sink import keep_letters

    said = {"host": "127.0.0.1", "port": port, "folder": str(folder)}
    line = f"letters to 127.0.0.1:{port} are kept in {folder} and go nowhere else"
    keep_letters(folder, port, ready=lambda: click.echo(as_json(said) if json_output else line))


def _first_line(file: Path) -> str:
    lines = file.read_text(encoding="utf-8").splitlines()
    if not lines or not lines[0]:
        raise InputError("the file is empty", path=str(file))
    return lines[0]
