from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from cloud_service.domain.receivables.dunning import read_rules
from cloud_service.flow.dunning.rules import set_rules
from cloud_service.store.database import job_days
from cloud_service.store.database.session import transaction
from cloud_service.store.invoicing import rate_fetching
from cloud_service.store.invoicing.rate_fetching import RateFetching
from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.operator_rows import NOW
from tests.cloud_service.web.pages import database_value, text_of

TODAY = NOW.date()
RULES: dict[str, Any] = {
    "steps": [{"name": "a", "days": 7}], "sending": "itself",
    "interest": {"person": Decimal(5), "fixed": True, "booking": "itself"},
}  # fmt: skip


def kilo(console: Console) -> int:
    return int(database_value(console, "SELECT id FROM legal_entity WHERE name = 'Kilo Ltd'"))


def today_of(console: Console, who: str = "admin") -> str:
    return text_of(console.sign_in(who).get("/today").text)


def test_what_ran_and_what_comes_next_is_told_with_its_day(fresh: Console) -> None:
    entity = kilo(fresh)
    with transaction(fresh.engine) as session:
        set_rules(session, entity, read_rules(RULES), TODAY, today=TODAY, author="t")
        rate_fetching.set_fetching(session, entity, RateFetching(automatic=True))
        job_days.begin(session, entity, "reminders", TODAY, NOW)
        job_days.end(session, entity, "reminders", TODAY, 3)
    page = today_of(fresh)

    assert "3 reminders sent" in page
    assert "Everything ran." in page
    following = page.partition("Next by itself")[2]
    for said in ("Reminders that are due", "Interest of the month", "Currency rates"):
        assert said in following


def test_what_could_not_be_done_is_said_first_with_its_reason_and_a_button(fresh: Console) -> None:
    entity = kilo(fresh)
    with transaction(fresh.engine) as session:
        job_days.fail(session, entity, "interest", TODAY, error="no base rate is known for 2026-11-17", at=NOW)
    page = fresh.sign_in("admin").get("/today").text

    assert "One thing did not run by itself." in text_of(page)
    first = text_of(page.partition('<ul class="waiting">')[2].partition("</li>")[0])
    assert "Interest was not charged" in first
    assert "no base rate is known for 2026-11-17" in first
    assert "Look and mend" in first
    others = today_of(fresh, "billing").partition("Waiting for others")[2]
    assert "Look and mend" not in others
    assert "since" in others.partition("Interest was not charged")[2]


def test_who_else_may_do_it_is_named_administrators_only_where_nobody_else_may(fresh: Console) -> None:
    entity = kilo(fresh)
    with transaction(fresh.engine) as session:
        job_days.fail(session, entity, "rates", TODAY, error="x", at=NOW)
        names = session.execute(
            text("SELECT name FROM app_user u JOIN user_grant g ON g.user_id = u.id WHERE g.role = 'admin' ORDER BY 1")
        ).scalars().all()  # fmt: skip
    others = today_of(fresh, "billing").partition("Waiting for others")[2]

    assert any(name in others for name in names)


def test_nothing_older_than_some_weeks_and_nothing_of_another_company_is_told(fresh: Console) -> None:
    zeta = int(database_value(fresh, "SELECT id FROM legal_entity WHERE name = 'Zeta GmbH'"))
    with transaction(fresh.engine) as session:
        job_days.fail(session, zeta, "interest", TODAY, error="of Zeta", at=NOW)
        job_days.fail(session, kilo(fresh), "interest", TODAY - timedelta(days=50), error="long ago", at=NOW)

    page = today_of(fresh)
    assert "of Zeta" not in page
    assert "long ago" not in page
    assert "of Zeta" in today_of(fresh, "root")
