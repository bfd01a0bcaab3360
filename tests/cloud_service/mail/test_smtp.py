"""The real sender against a real server on this machine."""

import asyncio
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from cloud_service.mail import BouncedError, SilentRelayError, SmtpMailer, UncertainError
from cloud_service.settings import MailSettings
from common.errors import UnavailableError
from deploy.bench.free_port import free_port
from tests.cloud_service.mail.letters import letter
from tests.programs import need_program

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)


class Relay:
    """Answers what it is told to, then keeps."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.recipient_answers: list[str] = []
        self.kept: list[bytes] = []
        self.peers: set[object] = set()
        self.thinks_s = 0.0  # before it says that it has taken a letter
        self.drops = False  # the line, when it has the letter

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.recipient_answers:
            return self.recipient_answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answers:
            return self.answers.pop(0)
        assert isinstance(envelope.content, bytes)
        self.kept.append(envelope.content)
        self.peers.add(session.peer)
        if self.drops and server.transport:
            server.transport.close()
        await asyncio.sleep(self.thinks_s)
        return "250 OK"


Start = Callable[..., tuple[Relay, MailSettings]]


@pytest.fixture
def start() -> Iterator[Start]:
    running: list[Controller] = []

    def begin(**options: object) -> tuple[Relay, MailSettings]:
        relay, port = Relay(), free_port()
        options.setdefault("hostname", "127.0.0.1")
        server = Controller(relay, port=port, **options)  # type: ignore[arg-type]  # options of any kind
        server.start()
        running.append(server)
        return relay, MailSettings(host="127.0.0.1", port=port, sender="billing@nordlicht.example")

    yield begin
    for server in running:
        server.stop()


def mailer(settings: MailSettings) -> SmtpMailer:
    return SmtpMailer(settings, clock=lambda: NOON, timeout_s=5)


def read(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_letter_arrives_whole_with_its_names_in_any_script(start: Start) -> None:
    relay, settings = start()
    sender = mailer(settings)
    sender.send(letter())
    sender.close()
    message = read(relay.kept[0])
    files = list(message.iter_attachments())

    assert "Ihre Rechnung RE-1 über 649,93 €" == message["Subject"]
    assert "<invoice-1@nordlicht.example>" == message["Message-ID"]
    assert "Jürgen Größmann" == message["To"].addresses[0].display_name
    assert "auto-generated" == message["Auto-Submitted"]
    assert "Rechnung Größmann 北京.pdf" == files[0].get_filename()
    assert b"%PDF-1.7 \x00\xff" == files[0].get_payload(decode=True)


def test_many_letters_share_one_connection(start: Start) -> None:
    relay, settings = start()
    sender = mailer(settings)
    for at in range(3):
        sender.send(letter(message_id=f"{at}@x"))
    sender.close()

    assert 3 == len(relay.kept)
    assert 1 == len(relay.peers)


@pytest.mark.parametrize("answer", ["451 greylisted, try later", "421 busy"])
def test_a_4xx_answer_is_worth_another_try(start: Start, answer: str) -> None:
    relay, settings = start()
    relay.answers.append(answer)
    sender = mailer(settings)

    with pytest.raises(UnavailableError, match=answer[:3]):
        sender.send(letter())
    sender.send(letter())
    sender.close()
    assert 1 == len(relay.kept)


@pytest.mark.parametrize("where", ["answers", "recipient_answers"])
def test_a_5xx_answer_is_a_bounce(start: Start, where: str) -> None:
    relay, settings = start()
    getattr(relay, where).append("550 no such mailbox")

    with pytest.raises(BouncedError, match="550 no such mailbox"):
        mailer(settings).send(letter())
    assert [] == relay.kept


def test_a_relay_that_thinks_long_about_a_whole_letter_gets_it_once(start: Start) -> None:
    relay, settings = start()
    relay.thinks_s = 2
    sender = SmtpMailer(settings, clock=lambda: NOON, timeout_s=1, taken_timeout_s=60)

    sender.send(letter())
    relay.thinks_s = 0
    sender.send(letter())
    sender.close()

    assert (2, 1) == (len(relay.kept), len(relay.peers))


@pytest.mark.parametrize("drops", [True, False])
def test_a_relay_that_has_the_letter_and_says_nothing_leaves_it_uncertain(start: Start, drops: bool) -> None:
    relay, settings = start()
    relay.thinks_s, relay.drops = 5, drops
    sender = SmtpMailer(settings, clock=lambda: NOON, timeout_s=30, taken_timeout_s=1)

    with pytest.raises(UncertainError, match="may have arrived"):
        sender.send(letter())
    assert 1 == len(relay.kept)


def test_a_relay_that_never_greets_is_silent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        settings = MailSettings(host="127.0.0.1", port=listening.getsockname()[1], sender="a@b.example")
        with pytest.raises(SilentRelayError):
            SmtpMailer(settings, clock=lambda: NOON, timeout_s=0.5).send(letter())


def test_a_recipient_put_off_with_4xx_is_no_bounce(start: Start) -> None:
    relay, settings = start()
    relay.recipient_answers.append("450 mailbox busy")

    with pytest.raises(UnavailableError, match="450"):
        mailer(settings).send(letter())


def test_a_relay_that_is_not_there_is_named() -> None:
    settings = MailSettings(host="127.0.0.1", port=free_port())

    with pytest.raises(UnavailableError, match="does not answer"):
        mailer(settings).send(letter())


def test_a_connection_that_went_stale_is_opened_anew(start: Start) -> None:
    relay, settings = start(timeout=0.2)
    sender = mailer(settings)
    sender.send(letter(message_id="1@x"))
    asyncio.run(asyncio.sleep(0.5))
    sender.send(letter(message_id="2@x"))
    sender.close()

    assert 2 == len(relay.kept)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A key and a certificate for `localhost` that nobody trusts unless told to."""
    openssl = need_program("openssl")
    key, certificate_file = tmp_path / "key.pem", tmp_path / "cert.pem"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    command = [openssl, "req", "-x509", *curve, *names, "-keyout", str(key), "-out", str(certificate_file)]
    subprocess.run(command, check=True, capture_output=True)
    return key, certificate_file


def tls_relay(start: Start, certificate: tuple[Path, Path]) -> tuple[Relay, MailSettings]:
    def check(_server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        return AuthResult(success=data.password == b"right", handled=False)

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate[1], certificate[0])
    relay, settings = start(
        hostname="localhost", tls_context=context, require_starttls=True, authenticator=check, auth_required=True
    )
    return relay, replace(settings, host="localhost", username="energy", password="right", starttls=True)


def test_it_signs_in_over_tls_and_a_refused_sign_in_is_told(
    start: Start, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    relay, right = tls_relay(start, certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))
    sender = mailer(right)
    sender.send(letter())
    sender.close()

    assert 1 == len(relay.kept)
    with pytest.raises(UnavailableError, match="sign-in"):
        mailer(replace(right, password="wrong")).send(letter())


def test_a_relay_with_a_certificate_that_nobody_vouches_for_gets_no_password(
    start: Start, certificate: tuple[Path, Path]
) -> None:
    relay, settings = tls_relay(start, certificate)

    with pytest.raises(UnavailableError, match="certificate verify failed"):
        mailer(settings).send(letter())
    assert [] == relay.kept


def test_a_greeting_sends_nothing_and_says_what_the_relay_said(start: Start) -> None:
    relay, settings = start()
    sender = mailer(settings)

    assert sender.greet().startswith("250 ")
    sender.close()
    assert [] == relay.kept
