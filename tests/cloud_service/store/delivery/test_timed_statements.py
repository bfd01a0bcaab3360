from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cloud_service.store.delivery import outgoing, timed_statements
from cloud_service.store.delivery.timed_statements import DueStatement, StatementCompany
from cloud_service.store.scope import Scope
from common.errors import NotFoundError
from tests.books.world import build

OCTOBER_31, NOVEMBER_30 = date(2026, 10, 31), date(2026, 11, 30)


def test_accounts_are_due_when_their_span_is_over(session: Session) -> None:
    world = build(session, tenants=3)
    monthly, quarterly, _none = world.accounts
    timed_statements.set_every(session, monthly, "month", OCTOBER_31)
    timed_statements.set_every(session, quarterly, "quarter", date(2026, 9, 30))

    assert [StatementCompany(world.entity, "Europe/Berlin")] == timed_statements.statement_companies(session)
    assert [] == timed_statements.due_accounts(session, world.entity, NOVEMBER_30, 9)
    assert [DueStatement(monthly, "A1", "month", OCTOBER_31)] == timed_statements.due_accounts(
        session, world.entity, date(2026, 12, 1), 9
    )
    assert [monthly, quarterly] == [
        row.account_id for row in timed_statements.due_accounts(session, world.entity, date(2027, 1, 1), 9)
    ]
    assert [] == timed_statements.due_accounts(session, world.entity + 1, date(2027, 1, 1), 9)


def test_the_same_days_are_never_sent_twice_and_only_its_readers_see_one(session: Session) -> None:
    world = build(session, tenants=2)
    document = outgoing.keep_document(session, "statement_pdf", "s.pdf", "application/pdf", b"%PDF")
    timed_statements.keep(
        session, world.accounts[0], date(2026, 11, 1), NOVEMBER_30, document_id=document, delivery_id=None
    )
    (sent,) = timed_statements.sent_statements(session, Scope(None, None))

    assert ("A1", "print", document) == (
        sent.account, sent.state, timed_statements.document_of(session, sent.public_id),
    )  # fmt: skip
    assert [] == timed_statements.sent_statements(session, Scope(None, None), before=sent.id)
    assert [] == timed_statements.sent_statements(session, Scope(frozenset({world.entity + 1}), None))
    with pytest.raises(IntegrityError), session.begin_nested():
        timed_statements.keep(
            session, world.accounts[0], NOVEMBER_30, NOVEMBER_30, document_id=document, delivery_id=None
        )


def test_an_unknown_account_is_not_found(session: Session) -> None:
    with pytest.raises(NotFoundError):
        timed_statements.every(session, 999)
