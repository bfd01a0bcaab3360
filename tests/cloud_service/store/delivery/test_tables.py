"""What the tables of documents and deliveries promise by themselves."""

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

DOCUMENT = "INSERT INTO document (kind, media_type, filename, sha256, body) VALUES ('x', 'text/plain', 'x', '', '')"
DELIVERY = text("INSERT INTO delivery (kind, recipient, message_id, state) VALUES ('x', 'a@example.com', '<1@x>', :s)")


def test_a_document_that_was_written_stays_as_it_is(session: Session, owner: psycopg.Connection[object]) -> None:
    session.execute(text(DOCUMENT))
    session.commit()

    for statement in ("UPDATE document SET body = 'y'", "DELETE FROM document"):
        with pytest.raises(psycopg.errors.RestrictViolation, match="insert-only"):
            owner.execute(statement)


def test_a_message_id_is_used_once(session: Session) -> None:
    session.execute(DELIVERY, {"s": "sent"})
    with pytest.raises(IntegrityError, match="uq_delivery_message_id"):
        session.execute(DELIVERY, {"s": "waiting"})


def test_a_delivery_is_in_a_state_that_we_know(session: Session) -> None:
    with pytest.raises(IntegrityError, match="ck_delivery_state"):
        session.execute(DELIVERY, {"s": "lost"})
