"""Values that are not believed wait in quarantine."""

import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.metering.vee.series import RejectedReading
from cloud_service.store.metering.rejected_readings import quarantine_rejected, told
from tests.cloud_service.plant import START_MS, add_meter

WINDOW = (START_MS, START_MS + 86_400_000)
SPIKE = RejectedReading(START_MS + 1000, 999, "spike")


def quarantined(session: Session) -> list[tuple[int, str, str]]:
    """(value, reason, resolved) of what is or was set aside."""
    rows = session.execute(text("SELECT value, reason, resolved FROM quarantine ORDER BY id"))
    return [(row.value, row.reason, row.resolved) for row in rows]


def test_a_value_is_set_aside_once_with_its_last_reason(session: Session, owner: psycopg.Connection[object]) -> None:
    register = add_meter(owner)
    quarantine_rejected(session, {register: [SPIKE]}, {register: WINDOW})
    quarantine_rejected(session, {register: [RejectedReading(SPIKE.at_ms, 999, "reset")]}, {register: WINDOW})

    assert [(999, "reset", "")] == quarantined(session)


def test_a_value_that_is_believed_after_all_is_resolved_and_may_come_back(
    session: Session, owner: psycopg.Connection[object]
) -> None:
    register = add_meter(owner)
    quarantine_rejected(session, {register: [SPIKE]}, {register: WINDOW})
    quarantine_rejected(session, {register: []}, {register: WINDOW})
    believed = quarantined(session)
    quarantine_rejected(session, {register: [SPIKE]}, {register: WINDOW})

    assert [(999, "spike", "believed")] == believed
    assert [(999, "spike", "")] == quarantined(session)


def test_values_outside_the_window_stay_where_they_are(session: Session, owner: psycopg.Connection[object]) -> None:
    register = add_meter(owner)
    quarantine_rejected(session, {register: [SPIKE]}, {register: WINDOW})
    quarantine_rejected(session, {register: []}, {register: (SPIKE.at_ms, WINDOW[1])})

    assert [(999, "spike", "")] == quarantined(session)


def test_of_estimates_that_were_overtaken_in_a_row_only_the_first_is_told() -> None:
    spike = RejectedReading(5, 9, "spike")
    estimates = [RejectedReading(at, 0, "estimate") for at in (1, 2, 3, 6, 7)]

    assert [estimates[0], spike, estimates[3]] == told([*estimates[:3], spike, *estimates[3:]])
    assert [spike, spike] == told([spike, spike])
