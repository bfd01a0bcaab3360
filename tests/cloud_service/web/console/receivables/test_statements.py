from datetime import date
from uuid import UUID

from sqlalchemy import text

from cloud_service.flow.account_statement import send_due, set_every
from cloud_service.store.database.session import transaction
from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import database_rows, text_of

DAYS = {"from": "2026-10-01", "until": "2026-11-20"}


def test_a_statement_is_shown_as_pdf_and_sent_by_mail(fresh: Console) -> None:
    clerk, where = fresh.sign_in("billing"), f"/accounts/{fresh.ids['A-1']}/statement"
    pdf = post(clerk, where, where, do="pdf", **DAYS)
    assert (200, "application/pdf", b"%PDF") == (pdf.status_code, pdf.mimetype, pdf.data[:4])
    assert [] == database_rows(fresh, "SELECT 1 FROM delivery WHERE kind = 'statement'")

    sent = post(clerk, where, where, do="mail", **DAYS)
    assert 302 == sent.status_code, sent.text
    (queued,) = database_rows(fresh, "SELECT recipient, state FROM delivery WHERE kind = 'statement'")
    assert ("c-1@example.com", "waiting") == tuple(queued)


def test_wrong_days_are_said_at_their_field(fresh: Console) -> None:
    where = f"/accounts/{fresh.ids['A-1']}/statement"
    answer = post(fresh.sign_in("billing"), where, where, do="mail", **DAYS | {"until": "2026-09-01"})

    assert (422, True) == (answer.status_code, 'id="e-until"' in answer.text)


def test_who_does_not_collect_sends_nothing(console: Console) -> None:
    assert 404 == console.sign_in("support").get(f"/accounts/{console.ids['A-1']}/statement").status_code


def test_a_client_gets_statements_by_itself_and_is_left_alone_until_a_day(fresh: Console) -> None:
    where = f"/accounts/{fresh.ids['A-1']}/letters"
    billing = fresh.sign_in("billing")
    past = post(billing, where, where, every="month", rests_until="2026-01-01", reason="")
    assert (422, True) == (past.status_code, 'id="e-rests_until"' in past.text)
    assert 302 == post(billing, where, where, every="month", rests_until="2027-01-15", reason="talks").status_code

    assert [("month", "2027-01-15")] == [
        tuple(row)
        for row in database_rows(
            fresh, "SELECT statement_every, no_reminders_until::text FROM account WHERE number = 'A-1'"
        )
    ]
    assert "No reminders before 2027-01-15." in text_of(billing.get(f"/accounts/{fresh.ids['A-1']}").text)


def sent_statement(console: Console, company: str) -> UUID:
    """A statement of October of some account of a company."""
    with transaction(console.engine) as session:
        entity, account = session.execute(
            text("SELECT e.id, min(a.id) FROM account a JOIN client c ON c.id = a.client_id JOIN legal_entity e"
                 " ON e.id = c.legal_entity_id WHERE e.name = :company GROUP BY 1"), {"company": company},
        ).one()  # fmt: skip
        set_every(session, account, "month", date(2026, 10, 20), author="t")
        assert 1 == send_due(session, entity, date(2026, 11, 20), author="t").sent
        found = session.execute(
            text("SELECT public_id FROM account_statement WHERE account_id = :account AND last_day = '2026-10-31'"),
            {"account": account},
        ).scalar_one()
        return UUID(str(found))


def test_what_was_sent_is_listed_with_its_pdf_for_its_own_company_only(fresh: Console) -> None:
    own, others = sent_statement(fresh, "Kilo Ltd"), sent_statement(fresh, "Zeta GmbH")
    billing = fresh.sign_in("billing")
    page = billing.get("/statements").text

    assert "2026-10-01 – 2026-10-31" in text_of(page)
    assert (True, False) == (str(own) in page, str(others) in page)
    assert billing.get(f"/statements/{own}.pdf").data.startswith(b"%PDF")
    assert 404 == billing.get(f"/statements/{others}.pdf").status_code
    assert 404 == fresh.sign_in("amina").get(f"/statements/{own}.pdf").status_code
