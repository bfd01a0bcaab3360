from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from cloud_service.store.delivery import outgoing
from common.errors import NotFoundError
from tests.books.world import build
from tests.cloud_service.till import Till

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)


@pytest.fixture
def till(session: Session) -> Till:
    return Till(build(session, tenants=1))


def queue(till: Till, message_id: str = "<1@example>", recipient: str = "a@example.com") -> list[int]:
    return outgoing.queue_message(
        till.session, account_id=till.account, kind="reminder", recipient=recipient, message_id=message_id,
        content={"amount": "5"},
    )  # fmt: skip


def test_a_message_is_queued_once_by_its_message_id_and_never_to_nobody(till: Till) -> None:
    (delivery,) = queue(till)

    assert [] == queue(till)
    assert [] == queue(till, "<2@example>", "")
    assert [delivery] == outgoing.waiting_ids(till.session)


def test_a_message_that_one_worker_has_taken_is_not_taken_by_another(till: Till, engine: Engine) -> None:
    (delivery,) = queue(till)
    till.session.commit()
    message = outgoing.take_message(till.session, delivery)
    with Session(engine) as other:
        again = outgoing.take_message(other, delivery)

    assert message is not None
    assert ("a@example.com", {"amount": "5"}, 0, None) == (message.recipient, message.facts, message.attempts, again)


@pytest.mark.parametrize(("state", "taken"), [("waiting", True), ("failed", True), ("bounced", False)])
def test_a_message_that_bounced_is_not_sent_again(till: Till, state: str, taken: bool) -> None:
    (delivery,) = queue(till)
    outgoing.mark_not_sent(till.session, delivery, state, "no such mailbox")
    message = outgoing.take_message(till.session, delivery)

    assert taken is (message is not None)
    assert message is None or 1 == message.attempts


def test_a_sent_message_waits_no_more(till: Till) -> None:
    (delivery,) = queue(till)
    outgoing.mark_sent(till.session, delivery, NOON)

    assert ([], None) == (outgoing.waiting_ids(till.session), outgoing.take_message(till.session, delivery))


def test_an_invoice_is_found_by_the_id_that_stands_in_addresses(till: Till) -> None:
    bill = till.bill("100.00")

    assert bill.id == outgoing.invoice_id(till.session, bill.public_id)
    assert outgoing.invoice_id(till.session, UUID(int=7)) is None


def test_a_document_is_made_once(till: Till) -> None:
    bill = till.bill("100.00")
    made = []

    def make() -> outgoing.NewDocument:
        made.append(1)
        return outgoing.NewDocument("bill.pdf", "application/pdf", b"pdf", [{"rules": "CEN", "version": "1"}])

    documents = [outgoing.document_once(till.session, bill.id, "invoice_pdf", make) for _ in range(2)]

    assert ([1], documents[0]) == (made, documents[1])
    assert (b"pdf", sha256(b"pdf").digest()) == (bytes(documents[0].body), bytes(documents[0].sha256))
    assert [{"rules": "CEN", "version": "1"}] == documents[0].checks


def test_a_document_of_no_single_invoice_is_kept_as_it_is_sent(till: Till) -> None:
    document_id = outgoing.keep_document(till.session, "statement_pdf", "s.pdf", "application/pdf", b"pdf")
    stored = outgoing.stored_document(till.session, document_id)

    assert ("s.pdf", b"pdf") == (stored.filename, bytes(stored.body))


def test_a_legal_entity_is_meant_by_its_name_or_because_it_is_the_only_one(till: Till) -> None:
    entity = till.world.entity
    outgoing.set_theme(till.session, entity, {"accent": "#123456"})

    assert (entity, entity) == (
        outgoing.entity_named(till.session, None),
        outgoing.entity_named(till.session, "Example Energy"),
    )
    assert {"accent": "#123456"} == outgoing.theme(till.session, entity)
    with pytest.raises(NotFoundError, match="0 legal entities fit"):
        outgoing.entity_named(till.session, "Other")
    till.session.execute(text("INSERT INTO legal_entity (name, currency, timezone) VALUES ('Second', 'EUR', 'UTC')"))
    with pytest.raises(NotFoundError, match="2 legal entities fit: Example Energy, Second"):
        outgoing.entity_named(till.session, None)


def test_a_message_that_waits_without_a_job_is_queued_once(session: Session) -> None:
    world = build(session, tenants=1)
    session.execute(
        text("""
INSERT INTO delivery (account_id, kind, recipient, message_id, created_at)
VALUES (:account, 'invoice', 'a@example.com', '<1@example.org>', :at)
"""),
        {"account": world.accounts[0], "at": NOON - timedelta(hours=1)},
    )
    first = outgoing.queue_forgotten_deliveries(session, NOON - timedelta(minutes=30))
    again = outgoing.queue_forgotten_deliveries(session, NOON - timedelta(minutes=30))

    assert (1, 0, 1) == (first, again, session.execute(text("SELECT count(*) FROM procrastinate_jobs")).scalar_one())
