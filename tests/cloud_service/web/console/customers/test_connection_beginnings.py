from sqlalchemy import text

from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import database_rows, text_of


def test_a_first_day_is_moved_from_the_connections_page(fresh: Console) -> None:
    admin = fresh.sign_in("admin")
    page = f"/connections/{fresh.ids['K-1']}"
    where = f"{page}/start"
    assert f'href="{where}"' in admin.get(page).text
    same = post(admin, where, where, day="2025-01-01", reason="x")
    assert (422, True) == (same.status_code, 'id="e-day"' in same.text)

    assert 302 == post(admin, where, where, day="2026-02-01", reason="keys came later").status_code
    assert "K-1 begins on 2026-02-01" in text_of(admin.get(page).text)
    (contract,) = database_rows(fresh, "SELECT lower(during) AS start FROM contract WHERE number = 'K-1'")
    assert "2026-02-01" == str(contract.start)


def test_a_connection_that_never_was_is_taken_back_with_a_reason(fresh: Console) -> None:
    admin = fresh.sign_in("admin")
    where = f"/connections/{fresh.ids['K-2']}/take-back"
    assert 422 == post(admin, where, where, reason="").status_code

    billed = post(admin, where, where, reason="another flat")
    assert (422, True) == (billed.status_code, "are billed already by INV-3" in billed.text)
    with fresh.engine.begin() as connection:
        connection.execute(text("UPDATE invoice_span SET credited = true"))
    answer = post(admin, where, where, reason="another flat")
    assert (302, f"/points/{fresh.ids['Lake Shop 1']}") == (answer.status_code, answer.location)
    assert "K-2 is taken back" in text_of(admin.get(answer.location).text)
    (left,) = database_rows(fresh, "SELECT isempty(during) AS gone FROM contract WHERE number = 'K-2'")
    assert left.gone  # its bills name it
