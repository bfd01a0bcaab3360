from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.delivery import mail_relay
from cloud_service.store.delivery.mail_relay import StoredRelay, WaitingLetters
from cloud_service.store.scope import Scope
from tests.books.world import build

RELAY = StoredRelay("smtp.example.com", 587, "starttls", "", "", "bills@example.com")


def test_there_is_one_relay_or_none(session: Session) -> None:
    assert mail_relay.relay(session) is None
    mail_relay.set_relay(session, StoredRelay("old.example", 25, "none", "", "", "a@b.c"))
    mail_relay.set_relay(session, RELAY)
    assert RELAY == mail_relay.relay(session)
    mail_relay.forget_relay(session)
    assert mail_relay.relay(session) is None


def test_waiting_letters_are_counted_within_the_scope(session: Session) -> None:
    world = build(session)
    world.tenant()
    account = world.accounts[0]
    add = text(
        """
        INSERT INTO delivery (account_id, kind, recipient, message_id, facts, state, attempts, error)
        VALUES (:account, 'statement', 'a@b.c', :id, '{}', :state, :attempts, :error)
        """
    )
    for name, state, attempts, error in (
        ("1", "waiting", 0, ""), ("2", "waiting", 1, "451 later"), ("3", "sent", 1, ""), ("4", "bounced", 1, "550 no"),
    ):  # fmt: skip
        row = {"account": account, "id": name, "state": state, "attempts": attempts, "error": error}
        session.execute(add, row)

    assert WaitingLetters(2, 1, "451 later") == mail_relay.waiting(session, Scope())
    assert WaitingLetters(2, 1, "451 later") == mail_relay.waiting(session, Scope(entities=frozenset({world.entity})))
    assert WaitingLetters(0, 0, "") == mail_relay.waiting(session, Scope(entities=frozenset({-1})))
    assert 2 == mail_relay.queue_waiting(session)
