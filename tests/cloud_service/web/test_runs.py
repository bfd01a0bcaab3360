import re

from sqlalchemy import text

from cloud_service.store.session import transaction
from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.test_dashboard import text_of

SPAN = {"from": "2026-10-01", "until": "2026-11-01", "bill_date": "2026-11-20"}


def plan(fresh: Console, **more: str) -> tuple[object, str]:
    clerk = fresh.sign_in("billing")
    answer = post(clerk, "/runs/new", "/runs", **SPAN, **more)
    assert 302 == answer.status_code, answer.text
    return clerk, str(answer.location)


def test_a_planned_run_is_queued_and_its_page_shows_how_far_it_is(fresh: Console) -> None:
    clerk, where = plan(fresh)

    page = clerk.get(where).text  # type: ignore[attr-defined]
    assert 'hx-trigger="load delay' in page
    assert re.search(r"0 of \d", text_of(page))
    with transaction(fresh.engine) as session:
        assert (
            0
            < session.execute(text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'rate_run'")).scalar_one()
        )


def test_nothing_can_be_approved_before_it_is_rated(fresh: Console) -> None:
    clerk, where = plan(fresh)

    assert 409 == post(clerk, where, f"{where}/approve").status_code  # type: ignore[arg-type]


def test_a_cancelled_run_frees_its_days(fresh: Console) -> None:
    clerk, where = plan(fresh)
    post(clerk, where, f"{where}/cancel")  # type: ignore[arg-type]

    assert "Cancelled" in text_of(clerk.get(where).text)  # type: ignore[attr-defined]
    with transaction(fresh.engine) as session:
        states = session.execute(text("SELECT DISTINCT state FROM billing_item")).scalars().all()
    assert set(states) <= {"cancelled"}


def test_support_cannot_start_or_see_runs(console: Console) -> None:
    support = console.sign_in("support")

    assert 404 == support.get("/runs").status_code
    assert 404 == support.get("/runs/new").status_code
    assert "Run billing" not in support.get("/dashboard").text
