import pytest

from cloud_service.mail.mailer import BouncedError, Mailer, Outbox
from common.errors import InputError, UnavailableError
from tests.cloud_service.mail.letters import letter


def test_an_outbox_keeps_letters_in_their_order() -> None:
    outbox: Mailer = Outbox()
    for number in ("1", "2"):
        outbox.send(letter(message_id=f"{number}@x.example"))
    outbox.close()

    assert isinstance(outbox, Outbox)
    assert ["1@x.example", "2@x.example"] == [letter_.message_id for letter_ in outbox.letters]


def test_an_outbox_refuses_as_often_as_it_was_told_to_and_keeps_nothing_then() -> None:
    outbox = Outbox()
    outbox.refusals = [UnavailableError("busy"), BouncedError("550 no such user")]

    with pytest.raises(UnavailableError):
        outbox.send(letter())
    with pytest.raises(BouncedError):
        outbox.send(letter())
    outbox.send(letter())

    assert 1 == len(outbox.letters)


def test_a_bounce_is_told_from_what_is_worth_another_try() -> None:
    bounce = BouncedError("550 no such user", path="recipient")

    assert isinstance(bounce, InputError)
    assert not isinstance(bounce, UnavailableError)
    assert "bounced" == bounce.as_json()["error"]["code"]
