from datetime import UTC, datetime

import pytest

from cloud_service.mail.letter import address
from common.errors import InputError
from tests.cloud_service.mail.letters import letter

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize("field", ["subject", "recipient", "recipient_name", "message_id", "sender_name"])
def test_no_header_can_be_smuggled_in(field: str) -> None:
    with pytest.raises(InputError):
        letter(**{field: "a@b.example\r\nBcc: thief@example.org"})


@pytest.mark.parametrize("spec", ["", "nobody", "a@", "@b", "a b@c.example", "a@b.example, c@d.example"])
def test_what_is_no_address_is_refused_before_anything_is_sent(spec: str) -> None:
    with pytest.raises(InputError, match="not an e-mail address"):
        letter(recipient=spec)


def test_a_message_says_who_writes_when_and_who_is_answered() -> None:
    message = letter(sender_name="Nordlicht", reply_to="help@nordlicht.example").as_message(
        "bills@nordlicht.example", NOON
    )

    assert "Nordlicht <bills@nordlicht.example>" == message["From"]
    assert "help@nordlicht.example" == message["Reply-To"]
    assert "Thu, 05 Nov 2026 12:00:00 +0000" == message["Date"]


def test_a_message_says_its_language() -> None:
    assert "de" == letter(language="de").as_message("bills@nordlicht.example", NOON)["Content-Language"]


def test_automatic_answers_are_asked_not_to_come_back() -> None:
    message = letter().as_message("bills@nordlicht.example", NOON)

    assert ("auto-generated", "All") == (message["Auto-Submitted"], message["X-Auto-Response-Suppress"])


def test_plain_text_comes_before_html_and_files() -> None:
    message = letter(html="<p>Hello</p>").as_message("bills@nordlicht.example", NOON)
    kinds = [entity.get_content_type() for entity in message.walk() if not entity.is_multipart()]

    assert ["text/plain", "text/html"] == kinds[:2]


def test_a_name_in_any_script_belongs_to_its_mailbox() -> None:
    mailbox = address("amina@example.com", "شركة النور")

    assert ("شركة النور", "amina", "example.com") == (mailbox.display_name, mailbox.username, mailbox.domain)
