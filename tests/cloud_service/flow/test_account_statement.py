import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pypdf
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from cloud_service.documents import statement_pdf
from cloud_service.documents.statement_pdf import StatementPaper
from cloud_service.documents.theme import Theme
from cloud_service.flow import deliver
from cloud_service.flow.account_statement import send, send_due, set_every, statement
from cloud_service.flow.collect import pay
from cloud_service.flow.issue import issue
from cloud_service.flow.rate import rate_contracts
from cloud_service.mail import Outbox
from cloud_service.store.database.session import transaction
from common.errors import InputError, NotFoundError
from common.period import Span
from tests.books.world import build

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))


def test_a_statement_prints_what_the_ledger_moved(session: Session) -> None:
    world = build(session, tenants=1)
    world.readings(world.registers[0], OCTOBER)
    rated = [one.rated for one in rate_contracts(session, world.contracts, OCTOBER) if one.rated]
    issue(session, rated, bill_date=date(2026, 11, 2), author="test")
    account = world.accounts[0]
    pay(session, account, Decimal("100.00"), provider="bank", reference="x", day=date(2026, 11, 9), author="test")
    pdf = statement(session, account, date(2026, 11, 1), date(2026, 11, 30))
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)

    for said in ("INV-2026-00001", "118.29", "100.00", "€18.29"):
        assert said in text


@pytest.mark.parametrize("locale", ["en", "de", "fr", "es", "ar"])
def test_a_statement_goes_by_mail_with_the_pdf_that_was_made_when_it_was_asked_for(
    session: Session, engine: Engine, locale: str
) -> None:
    world = build(session)
    world.tenant("Ann Example", locale=locale)
    account = world.accounts[0]
    pay(session, account, Decimal("100.00"), provider="bank", reference="x", day=date(2026, 11, 9), author="test")
    to = send(session, account, date(2026, 11, 1), date(2026, 11, 30), author="clerk@example.org")
    pay(session, account, Decimal("7.00"), provider="bank", reference="y", day=date(2026, 11, 10), author="test")
    session.commit()
    ids = list(session.execute(text("SELECT id FROM delivery")).scalars())
    outbox = Outbox()
    done = deliver.deliver(lambda: transaction(engine), ids, outbox, lambda: NOON, public_url="")

    assert ["sent"] == [one.state for one in done]
    (letter,) = outbox.letters
    assert ("tenant1@example.com", to) == (letter.recipient, letter.recipient)
    assert "A1" in letter.subject
    (file,) = letter.attachments
    assert ("statement-A1-2026-11-01-2026-11-30.pdf", "application/pdf") == (file.filename, file.media_type)
    printed = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(file.body)).pages)
    assert "107" not in printed  # what came later is not in it
    kept = session.execute(text("SELECT body FROM document WHERE kind = 'statement_pdf'")).scalar_one()
    assert bytes(kept) == file.body
    noted = session.execute(text("SELECT actor FROM audit WHERE action = 'account.send_statement'")).scalar_one()
    assert "clerk@example.org" == noted


def test_nobody_without_an_address_is_sent_a_statement(session: Session) -> None:
    world = build(session, tenants=1)
    session.execute(text("UPDATE client SET email = ''"))

    with pytest.raises(InputError, match="no e-mail address"):
        send(session, world.accounts[0], date(2026, 11, 1), date(2026, 11, 30), author="test")
    with pytest.raises(InputError, match="is before"):
        statement(session, world.accounts[0], date(2026, 11, 2), date(2026, 11, 1))


def test_an_unknown_account_has_no_statement(session: Session) -> None:
    with pytest.raises(NotFoundError):
        statement(session, 1, date(2026, 11, 1), date(2026, 11, 30))


def test_statements_of_a_month_that_is_over_are_sent_once_and_missed_ones_in_one(session: Session) -> None:
    world = build(session, tenants=3)
    session.execute(text("UPDATE account SET delivery = 'post' WHERE number = 'A2'"))
    november = date(2026, 11, 20)
    for account in world.accounts[:2]:
        assert set_every(session, account, "month", november, author="t")
        assert not set_every(session, account, "month", november, author="t")

    assert 0 == send_due(session, world.entity, date(2026, 11, 30), author="t").sent
    assert 2 == send_due(session, world.entity, date(2026, 12, 1), author="t").sent
    assert 0 == send_due(session, world.entity, date(2026, 12, 1), author="t").sent
    assert [1, 1, 0] == [send_due(session, world.entity, date(2027, 3, 9), author="t", limit=1).sent for _ in range(3)]

    rows = session.execute(
        text(
            "SELECT a.number, s.first_day, s.last_day, s.delivery_id IS NOT NULL FROM account_statement s"
            " JOIN account a ON a.id = s.account_id ORDER BY s.id"
        )
    ).all()
    assert [
        ("A1", date(2026, 11, 1), date(2026, 11, 30), True), ("A2", date(2026, 11, 1), date(2026, 11, 30), False),
        ("A1", date(2026, 12, 1), date(2027, 2, 28), True), ("A2", date(2026, 12, 1), date(2027, 2, 28), False),
    ] == [tuple(row) for row in rows]  # fmt: skip
    assert ["tenant1@example.com"] * 2 == list(session.execute(text("SELECT recipient FROM delivery")).scalars())


def test_statements_end_when_they_are_no_longer_wanted_and_other_spans_are_refused(session: Session) -> None:
    world = build(session, tenants=1)
    set_every(session, world.accounts[0], "quarter", date(2026, 11, 20), author="t")
    set_every(session, world.accounts[0], "none", date(2026, 11, 21), author="t", reason="asked")

    assert 0 == send_due(session, world.entity, date(2027, 3, 9), author="t").sent
    with pytest.raises(InputError, match="'week' is no span"):
        set_every(session, world.accounts[0], "week", date(2026, 11, 20), author="t")


def test_a_statement_that_cannot_be_made_keeps_no_other_back_and_is_due_again(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = build(session, tenants=3)
    for account in world.accounts:
        set_every(session, account, "month", date(2026, 11, 20), author="t")
    render = statement_pdf.render

    def fails(paper: StatementPaper, theme: Theme) -> bytes:
        if paper.account == "A1":
            raise ZeroDivisionError("a fault of ours")
        return render(paper, theme)

    monkeypatch.setattr(statement_pdf, "render", fails)
    first = send_due(session, world.entity, date(2026, 12, 1), author="t", limit=1)
    others = send_due(session, world.entity, date(2026, 12, 1), author="t", after=first.last)

    assert (0, ["A1: something went wrong here (ZeroDivisionError: a fault of ours); the log has more"]) == (
        first.sent, list(first.faults),
    )  # fmt: skip
    assert (2, world.accounts[2], []) == (others.sent, others.last, list(others.faults))
    monkeypatch.undo()
    assert 1 == send_due(session, world.entity, date(2026, 12, 1), author="t").sent
