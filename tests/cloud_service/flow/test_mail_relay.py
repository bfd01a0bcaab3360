"""A relay set here: its password sealed, wrong ones refused, what waits sent; the real sender against a real server."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow import mail_relay
from cloud_service.flow.mail_relay import RelayDetails
from cloud_service.mail import MailSettings
from cloud_service.mail.sink import controller
from cloud_service.store.audit import log
from common.errors import ConflictError, InputError, UnavailableError
from deploy.bench.free_port import free_port

KEY = "k" * 40
NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
DETAILS = RelayDetails("smtp.example.com", "bills@example.com", username="bills", password="open sesame")


@pytest.fixture
def sink_port(tmp_path: Path) -> Iterator[int]:
    """A relay on this machine that keeps letters as files in `tmp_path`."""
    port = free_port()
    server = controller(tmp_path, "127.0.0.1", port)
    server.start()
    yield port
    server.stop()


def test_a_relay_comes_back_as_it_was_set_and_its_password_is_sealed(session: Session) -> None:
    mail_relay.set_relay(session, DETAILS, KEY, author="mary")
    row = session.execute(text("SELECT * FROM mail_relay")).one()
    audited = log.changes(session)[0]

    assert MailSettings(
        "smtp.example.com", 587, "bills", "open sesame", starttls=True, sender="bills@example.com"
    ) == mail_relay.relay_of(session, None, KEY)
    assert "sesame" not in str(row)
    assert ("mary", "mail.relay", "smtp.example.com") == (audited.actor, audited.action, audited.after["host"])
    assert "sesame" not in str(audited)
    with pytest.raises(InputError, match="another SECRET_KEY"):
        mail_relay.relay_of(session, None, "another" * 8)


def test_what_the_environment_names_wins(session: Session) -> None:
    mail_relay.set_relay(session, DETAILS, KEY, author="mary")
    named = MailSettings("named.example")

    assert named is mail_relay.relay_of(session, named, KEY)


def test_a_kept_password_stays_for_its_own_server_only(session: Session) -> None:
    mail_relay.set_relay(session, DETAILS, KEY, author="mary")
    again = RelayDetails("smtp.example.com", "office@example.com", username="bills")
    mail_relay.set_relay(session, again, KEY, author="mary")
    kept = mail_relay.relay_of(session, None, KEY)

    assert kept is not None
    assert ("open sesame", "office@example.com") == (kept.password, kept.sender)
    for other in (
        RelayDetails("evil.example", "bills@example.com", username="bills"),
        RelayDetails("smtp.example.com", "bills@example.com", port=2525, username="bills"),
        RelayDetails("smtp.example.com", "bills@example.com", username="other"),
    ):
        with pytest.raises(InputError, match="type the password again"):
            mail_relay.checked(session, other, KEY)


@pytest.mark.parametrize(
    ("details", "where"),
    [
        (RelayDetails("", "a@b.c"), "host"),
        (RelayDetails("https://smtp.example.com", "a@b.c"), "host"),
        (RelayDetails("h", "nobody"), "recipient"),
        (RelayDetails("h", "a@b.c", port=0), "port"),
        (RelayDetails("h", "a@b.c", security="ssl"), "security"),
        (RelayDetails("h", "a@b.c", security="none", username="u", password="p"), "security"),
        (RelayDetails("h", "a@b.c", username="u"), "password"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(session: Session, details: RelayDetails, where: str) -> None:
    with pytest.raises(InputError) as refused:
        mail_relay.set_relay(session, details, KEY, author="mary")

    assert where == refused.value.path
    assert not mail_relay.has_relay(session, None)


def test_setting_a_relay_queues_every_letter_that_waits(session: Session) -> None:
    add = text("INSERT INTO delivery (kind, recipient, message_id, facts) VALUES ('statement', 'a@b.c', :id, '{}')")
    for number in range(150):
        session.execute(add, {"id": f"{number}@x"})

    assert 150 == mail_relay.set_relay(session, DETAILS, KEY, author="mary")
    sizes = session.execute(text("SELECT jsonb_array_length(args->'deliveries') FROM procrastinate_jobs ORDER BY id"))
    assert [100, 50] == list(sizes.scalars())


def test_a_forgotten_relay_is_gone(session: Session) -> None:
    mail_relay.set_relay(session, DETAILS, KEY, author="mary")
    mail_relay.forget_relay(session, author="mary")

    assert mail_relay.mailer(session, None, KEY) is None
    with pytest.raises(ConflictError, match="no mail relay"):
        mail_relay.forget_relay(session, author="mary")


def test_a_test_letter_arrives_and_the_answers_of_the_server_come_back(tmp_path: Path, sink_port: int) -> None:
    relay = MailSettings(port=sink_port, sender="bills@example.com")
    replies = mail_relay.try_relay(relay, "me@example.com", NOON)

    assert 1 == len(list(tmp_path.glob("*.eml")))
    assert "250 Kept" == replies[-1]
    assert replies[0].startswith("220 ")


def test_a_server_that_does_not_answer_is_named() -> None:
    port = free_port()
    with pytest.raises(UnavailableError, match="does not answer") as error:
        mail_relay.try_relay(MailSettings(port=port), "me@example.com", NOON)

    assert f"127.0.0.1:{port}" == error.value.path
