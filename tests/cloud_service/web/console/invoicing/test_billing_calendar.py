import pytest

from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import database_rows, text_of

CALENDAR = "SELECT automatic, since::text, after_days, approval FROM billing_calendar"
ADVANCES = "SELECT advances FROM billing_calendar"

FIELDS = {"incomplete": "person", "outlier_times": "2", "outlier_small": "5"}


def where_of(console: Console) -> str:
    return f"/settings/entities/{console.ids['entity']}/calendar"


def test_runs_are_planned_by_themselves_from_a_day_on(fresh: Console) -> None:
    where = where_of(fresh)
    typed = FIELDS | {"automatic": "yes", "since": "2026-11-01", "after_days": "3", "approval": "itself"}
    assert 302 == post(fresh.sign_in("admin"), where, where, **typed).status_code

    assert [(True, "2026-11-01", 3, "itself")] == [tuple(row) for row in database_rows(fresh, CALENDAR)]
    assert "A run is planned 3 days after each cycle" in text_of(fresh.sign_in("admin").get("/today").text)


def test_advance_bills_are_left_to_themselves(fresh: Console) -> None:
    where = where_of(fresh)
    typed = FIELDS | {"after_days": "2", "approval": "person", "advances": "yes"}
    assert 302 == post(fresh.sign_in("admin"), where, where, **typed).status_code

    assert [(True,)] == [tuple(row) for row in database_rows(fresh, ADVANCES)]


def test_a_calendar_that_cannot_be_is_refused_at_its_field(fresh: Console) -> None:
    where = where_of(fresh)
    typed = FIELDS | {"automatic": "yes", "since": "", "after_days": "99", "approval": "person"}
    answer = post(fresh.sign_in("admin"), where, where, **typed)

    assert (422, True) == (answer.status_code, 'id="e-after_days"' in answer.text)
    assert [] == database_rows(fresh, CALENDAR)


def test_the_last_day_its_estimates_and_the_limits_are_kept(fresh: Console) -> None:
    where = where_of(fresh)
    typed = {
        "automatic": "yes", "since": "2026-11-01", "after_days": "3", "approval": "person", "last_days": "12",
        "incomplete": "estimate", "confirm_estimates": "yes", "outlier_times": "3", "outlier_small": "500",
    }  # fmt: skip
    assert 302 == post(fresh.sign_in("admin"), where, where, **typed).status_code

    columns = "SELECT last_days, incomplete, confirm_estimates, outlier_times::int, outlier_small::int"
    assert [(12, "estimate", True, 3, 500)] == [
        tuple(row) for row in database_rows(fresh, f"{columns} FROM billing_calendar")
    ]
    assert "What lacks readings 12 days after it is estimated." in text_of(fresh.sign_in("admin").get("/today").text)
    assert 'value="12"' in fresh.sign_in("admin").get(where).text


@pytest.mark.parametrize(
    ("field", "value"), [("last_days", "2"), ("last_days", ""), ("outlier_times", "1"), ("outlier_small", "-1")]
)
def test_a_last_day_or_limit_that_cannot_be_is_refused_at_its_field(fresh: Console, field: str, value: str) -> None:
    where = where_of(fresh)
    typed = FIELDS | {
        "automatic": "yes", "since": "2026-11-01", "after_days": "3", "approval": "person", "last_days": "12",
        "incomplete": "estimate", field: value,
    }  # fmt: skip
    answer = post(fresh.sign_in("admin"), where, where, **typed)

    assert (422, True) == (answer.status_code, f'id="e-{field}"' in answer.text)


def test_only_who_manages_sets_it(console: Console) -> None:
    assert 404 == console.sign_in("billing").get(where_of(console)).status_code
