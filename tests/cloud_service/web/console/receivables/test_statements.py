from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import database_rows

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
