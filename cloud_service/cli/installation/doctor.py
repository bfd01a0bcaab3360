"""`energy-cloud doctor`: what is wrong with this installation, why, and the command that mends it."""

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass

import click

from common.errors import EnergyError, UnavailableError

FREE_BYTES_MIN = 1_000_000_000
MAIL_HINT = "energy-cloud mail set --host HOST --from ADDRESS …, or Settings → Mail in the console"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: its name, whether it is well, what was seen and what to do."""

    check: str
    ok: bool
    seen: str
    mend: str = ""


@click.command()
@click.option("--json", "json_output", is_flag=True, help="Print the findings as JSON.")
def doctor(*, json_output: bool) -> None:
    """Check settings, database, broker, mail relay and disk; exit code 6 if anything is wrong."""
    findings = [python(), settings(), database(), disk()]
    if findings[1].ok:
        findings += [broker(), mail()]
    if json_output:
        click.echo(json.dumps({"findings": [asdict(finding) for finding in findings]}, ensure_ascii=False))
    else:
        for finding in findings:
            click.echo(f"{'✔' if finding.ok else '✖'} {finding.check}: {finding.seen}")
            if finding.mend:
                click.echo(f"    → {finding.mend}")
    raise SystemExit(0 if all(finding.ok for finding in findings) else 6)


def _checked(name: str, look: Callable[[], str], mend: str) -> Finding:
    """A finding from a function that says what it saw, or raises."""
    try:
        return Finding(name, ok=True, seen=look())
    except (EnergyError, OSError) as error:
        return Finding(name, ok=False, seen=str(error), mend=mend)


def python() -> Finding:
    """The interpreter is new enough."""
    return Finding("python", sys.version_info >= (3, 11), sys.version.split()[0])


def settings() -> Finding:
    """The environment describes a safe deployment."""
    from cloud_service.settings import read_settings

    return _checked("settings", lambda: read_settings().public_url, "set what is named, see docs/settings.md")


def database() -> Finding:
    """The database answers, keeps what it commits and has all tables."""
    from cloud_service.settings import owner_url
    from cloud_service.store.database import health

    return _checked("database", lambda: health.describe_database(owner_url()), "energy-cloud db upgrade")


def broker() -> Finding:
    """The broker takes connections."""
    import socket

    from cloud_service.settings import read_settings

    def look() -> str:
        mqtt = read_settings().mqtt
        socket.create_connection((mqtt.host, mqtt.port), timeout=3).close()
        return f"{mqtt.host}:{mqtt.port} answers"

    return _checked("broker", look, "start the MQTT broker, or set MQTT_HOST and MQTT_PORT")


def mail() -> Finding:
    """There is a mail relay, and it greets us and takes our sign-in."""
    from cloud_service.cli.database import transaction
    from cloud_service.settings import read_settings

    def look() -> str:
        settings = read_settings()
        with transaction() as session:
            from cloud_service.flow import mail_relay
            from cloud_service.mail import SmtpMailer
            from cloud_service.store.delivery.mail_relay import waiting
            from cloud_service.store.scope import Scope

            relay = mail_relay.relay_of(session, settings.mail, settings.secret_key)
            letters = waiting(session, Scope()).letters
        if relay is None:
            raise UnavailableError(f"no mail relay is set; letters that wait: {letters}")
        mailer = SmtpMailer(relay, timeout_s=3)
        reply = mailer.greet()
        mailer.close()
        return f"{relay.host}:{relay.port} answered {reply}; letters that wait: {letters}"

    return _checked("mail", look, MAIL_HINT)


def disk() -> Finding:
    """There is room for the data."""
    free = shutil.disk_usage(".").free
    return Finding("disk", free > FREE_BYTES_MIN, f"{free // 1_000_000} MB free")
