"""Meters whose days could not be made: each says why and since when, and is tried again by a button."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from cloud_service.store.metering.validation import register_faults
from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import database_rows, text_of

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ID = "SELECT r.id FROM register r JOIN meter m ON m.id = r.meter_id WHERE m.name = '{}' ORDER BY r.id LIMIT 1"


def put_aside(console: Console, meter: str, tries: int) -> None:
    (register,) = database_rows(console, ID.format(meter))
    with Session(console.engine) as session:
        for number in range(tries):
            register_faults.note(session, register.id, "steps of 3600 s do not fit", NOON + timedelta(hours=number))
        session.commit()


def test_who_may_mend_tries_again_what_waits_and_others_only_look(fresh: Console) -> None:
    put_aside(fresh, "meter-M-1", register_faults.TRIES_MAX)
    put_aside(fresh, "meter-M-3", 1)  # of another company
    clerk = fresh.sign_in("billing")
    said = text_of(clerk.get("/meters/put-aside").text)

    assert "meter-M-1 Lake House · import steps of 3600 s do not fit" in said
    assert ("6 waits for a person" in said, "meter-M-3" in said) == (True, False)
    assert "Try again" not in fresh.sign_in("auditor").get("/meters/put-aside").text
    assert "The days of 1 counter could not be made" in text_of(clerk.get("/today").text)

    path = f"/meters/{fresh.ids['M-1']}/try-again"
    assert 302 == post(clerk, "/meters/put-aside", path).status_code
    (fault,) = database_rows(fresh, "SELECT tries, next_at <= now() AS due FROM register_fault ORDER BY tries LIMIT 1")
    assert (0, True) == (fault.tries, fault.due)
    assert "could not be made" not in text_of(clerk.get("/today").text)
    (row,) = database_rows(fresh, "SELECT actor, before FROM audit WHERE action = 'meter.try_again'")
    assert ("billing", "steps of 3600 s do not fit") == (row.actor.partition("@")[0], row.before["error"])


def test_all_are_tried_at_once_and_one_that_is_not_put_aside_is_said(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    assert "No meter is put aside" in text_of(clerk.get("/meters/put-aside").text)
    put_aside(fresh, "meter-M-1", 2)

    assert 302 == post(clerk, "/meters/put-aside", "/meters/put-aside").status_code
    assert 404 == post(clerk, "/meters/put-aside", f"/meters/{fresh.ids['M-2']}/try-again").status_code
