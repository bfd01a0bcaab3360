"""What was given up goes out once more: reminders, statements, receipts, bills."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from cloud_service.flow import account_statement, deliver, receipt, remind, send_letter_again
from cloud_service.mail import BouncedError, Outbox
from cloud_service.store.database.session import transaction
from cloud_service.store.scope import Scope
from common.errors import ConflictError, InputError, NotFoundError
from tests.books.world import build
from tests.cloud_service.till import Till

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def till(session: Session) -> Till:
    return Till(build(session, tenants=1))


def bounced(till: Till, engine: Engine, kind: str) -> int:
    """The id of the letter of that kind, which came back."""
    till.session.commit()
    delivery = int(till.session.scalars(text("SELECT id FROM delivery WHERE kind = :kind"), {"kind": kind}).one())
    outbox = Outbox()
    outbox.refusals.append(BouncedError("no such mailbox"))
    (outcome,) = deliver.deliver(lambda: transaction(engine), [delivery], outbox, lambda: NOW, public_url="")
    assert "bounced" == outcome.state
    return delivery


def queue(till: Till, kind: str) -> None:
    if kind == "receipt":
        receipt.mail(till.session, till.paid("10.00"), author="t")
    elif kind == "statement":
        days = (date(2026, 11, 1), date(2026, 11, 23))
        account_statement.send(till.session, till.account, *days, author="t")
    elif kind == "reminder":
        till.bill("100.00")
        remind.remind(till.world.begin, date(2026, 11, 23), author="t")
    else:
        till.bill("100.00")


@pytest.mark.parametrize("kind", ["receipt", "statement", "reminder", "invoice"])
def test_a_letter_that_came_back_goes_to_the_address_of_today_as_a_new_one(
    till: Till, engine: Engine, kind: str
) -> None:
    queue(till, kind)
    delivery = bounced(till, engine, kind)
    till.session.execute(text("UPDATE client SET email = 'new@example.com'"))

    assert "new@example.com" == send_letter_again.send(till.session, delivery, Scope(), author="t")
    till.session.commit()
    outbox = Outbox()
    waiting = list(
        till.session.scalars(text("SELECT id FROM delivery WHERE state = 'waiting' AND kind = :kind"), {"kind": kind})
    )
    deliver.deliver(lambda: transaction(engine), waiting, outbox, lambda: NOW, public_url="")
    (letter,) = outbox.letters
    assert ("new@example.com", 1) == (letter.recipient, len(letter.attachments))


def test_what_was_sent_is_not_sent_again(till: Till, engine: Engine) -> None:
    queue(till, "receipt")
    delivery = bounced(till, engine, "receipt")
    send_letter_again.send(till.session, delivery, Scope(), author="t")

    with pytest.raises(ConflictError, match="on its way"):
        send_letter_again.send(till.session, delivery, Scope(), author="t")


def test_a_reminder_of_what_is_paid_meanwhile_stays(till: Till, engine: Engine) -> None:
    queue(till, "reminder")
    delivery = bounced(till, engine, "reminder")
    till.pay("119.00")

    with pytest.raises(ConflictError, match="is settled"):
        send_letter_again.send(till.session, delivery, Scope(), author="t")


def test_without_an_address_that_is_said_and_another_s_letter_does_not_exist(till: Till, engine: Engine) -> None:
    queue(till, "receipt")
    delivery = bounced(till, engine, "receipt")
    till.session.execute(text("UPDATE client SET email = ''"))

    with pytest.raises(InputError, match="no e-mail address"):
        send_letter_again.send(till.session, delivery, Scope(), author="t")
    with pytest.raises(NotFoundError):
        send_letter_again.send(till.session, delivery, Scope(frozenset({till.world.entity + 1}), None), author="t")
