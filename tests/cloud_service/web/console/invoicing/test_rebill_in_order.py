"""A bill whose kept surplus later bills have used, taken back and billed anew in the console."""

import pytest
from sqlalchemy import text

from cloud_service.store.database.session import transaction
from tests.cloud_service.flow.surplus import OCTOBER, SEPTEMBER, less_surplus, roof, run
from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import database_rows, text_of

NUMBERED = "SELECT public_id FROM invoice WHERE number = 'INV-2026-00001'"


@pytest.fixture
def bill(fresh: Console) -> str:
    """September's bill: it left 288 kWh over, which October used up; in truth they were 144."""
    with transaction(fresh.engine) as session:
        world = roof(session)
        run(world, SEPTEMBER)
        run(world, OCTOBER)
        less_surplus(world)
    return f"/bills/{database_rows(fresh, NUMBERED)[0][0]}"


def test_the_page_shows_and_bills_anew_what_rests_on_it(fresh: Console, bill: str) -> None:
    clerk = fresh.sign_in("root")
    assert "INV-2026-00002 rest on what it leaves over" in text_of(clerk.get(f"{bill}/credit").text)
    page = text_of(clerk.get(f"{bill}/rebill").text)
    assert "Later bills that rest on it" in page
    assert "154.00" in page

    sent = post(clerk, f"{bill}/rebill", f"{bill}/rebill", reason="wrong meter")
    assert 302 == sent.status_code
    assert "So are INV-2026-00002, which rest on it." in text_of(clerk.get(bill).text)
    with transaction(fresh.engine) as session:
        rows = session.execute(
            text("SELECT number, net FROM invoice WHERE number IN ('INV-2026-00003', 'INV-2026-00004') ORDER BY number")
        ).all()
    assert [("INV-2026-00003", "0.00"), ("INV-2026-00004", "154.00")] == [(n, f"{net:.2f}") for n, net in rows]
