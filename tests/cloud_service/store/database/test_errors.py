"""Spans that overlap are refused by the database, and people are told in words."""

from datetime import date
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from cloud_service.store.database.errors import WORDS, Refused, fault_of, field_of, guarded, is_away, reason_of
from common.errors import ConflictError, UnavailableError
from tests.books.world import build

OVERLAPS = {
    "ex_contract_point": "INSERT INTO contract (number, service_point_id, account_id, during)"
    " SELECT 'V9', service_point_id, account_id, '[2026-05-01,2026-06-01)' FROM contract WHERE number = 'V1'",
    "ex_meter_mount_point": "INSERT INTO meter_mount (meter_id, service_point_id, during)"
    " SELECT (SELECT id FROM meter WHERE name = 'm9'), service_point_id, '[2026-05-01,)' FROM meter_mount LIMIT 1",
    "ex_meter_mount_meter": "INSERT INTO meter_mount (meter_id, service_point_id, during)"
    " SELECT meter_id, (SELECT id FROM service_point WHERE name = 'P9'), '[2026-05-01,)' FROM meter_mount LIMIT 1",
    "ex_tariff_assignment_during": "INSERT INTO tariff_assignment (contract_id, tariff_id, during)"
    " SELECT contract_id, tariff_id, '[2026-05-01,)' FROM tariff_assignment LIMIT 1",
    "ex_tariff_version_during": "INSERT INTO tariff_version (tariff_id, during, document, hash)"
    " SELECT tariff_id, '[2026-05-01,)', document, 'other' FROM tariff_version LIMIT 1",
    "ex_account_mode_during": "INSERT INTO account_mode (account_id, mode, during)"
    " SELECT account_id, 'prepaid', '[2026-05-01,)' FROM account_mode LIMIT 1",
    "uq_contract_number": "INSERT INTO contract (number, service_point_id, account_id, during)"
    " SELECT 'V1', (SELECT id FROM service_point WHERE name = 'P9'), account_id, '[2026-05-01,)' FROM contract",
    "uq_account_number": "INSERT INTO account (client_id, number, currency)"
    " SELECT client_id, number, 'EUR' FROM account",
}


@pytest.fixture
def spare(session: Session) -> Session:
    """A tenant, and a service point and a meter that nobody uses."""
    world = build(session, tenants=1)
    session.execute(text("INSERT INTO service_point (site_id, name) VALUES (:site, 'P9')"), {"site": world.site})
    session.execute(text("INSERT INTO meter (serial, name) VALUES ('S9', 'm9')"))
    session.commit()
    return session


@pytest.mark.parametrize("name", list(OVERLAPS))
def test_an_overlap_is_refused_in_words_at_its_field(spare: Session, name: str) -> None:
    with pytest.raises(DBAPIError) as refused:
        spare.execute(text(OVERLAPS[name]))

    assert WORDS[name] == reason_of(refused.value, detail=False)
    assert reason_of(refused.value).startswith(WORDS[name] + " (")
    assert field_of(refused.value) or name == "ex_account_mode_during"


def test_spans_that_only_touch_are_no_overlap(spare: Session) -> None:
    spare.execute(text("UPDATE contract SET during = daterange('2026-01-01', '2026-05-01')"))
    spare.execute(text(OVERLAPS["ex_contract_point"]))
    days: list[Any] = list(spare.execute(text("SELECT lower(during), upper(during) FROM contract ORDER BY 1")))

    assert [(date(2026, 1, 1), date(2026, 5, 1)), (date(2026, 5, 1), date(2026, 6, 1))] == [
        tuple(span) for span in days
    ]


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (psycopg.errors.DeadlockDetected("x"), True),
        (psycopg.errors.AdminShutdown("x"), True),
        (psycopg.errors.DiskFull("x"), True),
        (psycopg.errors.LockNotAvailable("x"), True),
        (psycopg.OperationalError("the connection is closed"), True),
        (psycopg.errors.QueryCanceled("canceling statement due to statement timeout"), False),
        (psycopg.errors.ProgramLimitExceeded("index row size exceeds maximum"), False),
        (psycopg.errors.StatementTooComplex("stack depth limit exceeded"), False),
        (psycopg.errors.NumericValueOutOfRange("bigint out of range"), False),
        (RuntimeError("a fault of ours"), False),
    ],
)
def test_only_what_may_go_well_later_is_tried_without_end(error: Exception, *, away: bool) -> None:
    wrapped = DBAPIError("SELECT 1", None, error)

    assert (away, away and isinstance(error, psycopg.Error)) == (is_away(error), is_away(wrapped))
    with pytest.raises(UnavailableError if away else Refused), guarded():
        raise wrapped


def test_a_fault_of_ours_is_told_by_its_text_and_a_refusal_in_words() -> None:
    assert "something went wrong here (KeyError: 'x'); the log has more" == fault_of(KeyError("x"))
    assert "no tariff (assign one)" == fault_of(ConflictError("no tariff", hint="assign one"))
