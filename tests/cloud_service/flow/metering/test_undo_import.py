"""An import is undone whole: what counted before counts again, until a bill rests on it; nothing is deleted."""

import io
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cloud_service.domain.metering.meterdata import ColumnMapping, FormatOptions, MeterDataFile
from cloud_service.flow.metering.import_meter_data import ImportOutcome, ImportRequest, import_file
from cloud_service.flow.metering.undo_import import undo
from cloud_service.flow.validate import validate_dirty
from cloud_service.store.metering import imported_files
from cloud_service.store.scope import Scope
from common.errors import ConflictError, InputError, NotFoundError
from tests.cloud_service.plant import add_meter, add_site, value_of

Owner = psycopg.Connection[Any]
EVERYBODY = Scope()
NOW = datetime(2026, 4, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _meter(owner: Owner) -> None:
    add_meter(owner, register="import", site=add_site(owner, timezone="UTC"))


def taken_in(
    engine: Engine, *reads: tuple[str, str], reason: str = "", scope: Scope = EVERYBODY, dry: bool = False
) -> ImportOutcome:

    text = "meter,register,time,value\n" + "".join(f"M1,import,{day}T00:00Z,{value}\n" for day, value in reads)
    source = MeterDataFile("reads.csv", "csv", lambda: io.BytesIO(text.encode()), FormatOptions(ColumnMapping()))
    return import_file(engine, source, ImportRequest("Ada", reason, scope=scope, dry_run=dry))


def undone(session: Session, file_id: int, reason: str = "wrong house", scope: Scope = EVERYBODY) -> None:
    undo(session, file_id, author="Ada", reason=reason, now=NOW, scope=scope)
    session.commit()


def energy(engine: Engine, owner: Owner) -> Any:
    while validate_dirty(engine).days:
        pass
    return value_of(owner, "SELECT coalesce(sum(total), 0) FROM interval_day")


def test_what_a_file_said_does_not_count_any_more_and_stays_as_evidence(
    engine: Engine, session: Session, owner: Owner
) -> None:
    first = taken_in(engine, ("2026-03-01", "100"), ("2026-04-01", "131"))
    assert 31_000 == energy(engine, owner)

    undone(session, first.file_id)

    assert (0, 2) == (energy(engine, owner), value_of(owner, "SELECT count(*) FROM reading"))
    assert ("readings.undo", "wrong house") == owner.execute(
        "SELECT action, reason FROM audit ORDER BY id DESC LIMIT 1"
    ).fetchone()


def test_what_was_corrected_counts_again(engine: Engine, session: Session, owner: Owner) -> None:
    taken_in(engine, ("2026-03-01", "100"), ("2026-04-01", "131"))
    wrong = taken_in(engine, ("2026-04-01", "231"), reason="misread")
    assert 131_000 == energy(engine, owner)

    undone(session, wrong.file_id)

    assert 31_000 == energy(engine, owner)


def test_readings_between_others_leave_the_line_that_was_there(engine: Engine, session: Session, owner: Owner) -> None:
    taken_in(engine, ("2026-03-01", "100"), ("2026-03-31", "130"))
    first_week = "SELECT sum(total) FROM interval_day WHERE day < '2026-03-11'"
    assert (30_000, 10_000) == (energy(engine, owner), value_of(owner, first_week))
    between = taken_in(engine, ("2026-03-11", "125"))
    assert (30_000, 25_000) == (energy(engine, owner), value_of(owner, first_week))

    undone(session, between.file_id)

    assert (30_000, 10_000) == (energy(engine, owner), value_of(owner, first_week))


def test_the_same_file_may_be_taken_in_again(engine: Engine, session: Session, owner: Owner) -> None:
    reads = (("2026-03-01", "100"), ("2026-04-01", "131"))
    undone(session, taken_in(engine, *reads).file_id)

    again = taken_in(engine, *reads)

    assert (2, 31_000) == (again.stored, energy(engine, owner))
    with pytest.raises(ConflictError, match="was undone already"):
        undone(session, again.file_id - 1)


def test_a_dry_run_tells_all_and_keeps_nothing(engine: Engine, owner: Owner) -> None:
    tried = taken_in(engine, ("2026-03-01", "100"), ("2026-04-01", "131"), dry=True)

    assert (2, True) == (tried.stored, tried.file_id > 0)
    assert (0, 0) == (
        value_of(owner, "SELECT count(*) FROM reading"),
        value_of(owner, "SELECT count(*) FROM import_file"),
    )


def bill(owner: Owner, start: str, end: str, number: str = "B-1") -> None:
    """An issued bill of the meter's place over these days."""
    owner.execute(
        """
        WITH client AS (INSERT INTO client (legal_entity_id, number, name)
                        SELECT id, %(n)s, 'Bo' FROM legal_entity RETURNING id, legal_entity_id),
         account AS (INSERT INTO account (client_id, number, currency)
                     SELECT id, %(n)s, 'EUR' FROM client RETURNING id),
         contract AS (INSERT INTO contract (number, service_point_id, account_id, during)
                      SELECT %(n)s, p.id, a.id, daterange(%(s)s, %(e)s) FROM service_point p, account a RETURNING id),
         invoice AS (INSERT INTO invoice (legal_entity_id, number, account_id, bill_date, due_date, during, currency,
                       net, tax, total, local_currency, local_rate, energy, seller, buyer, basis, hash, issued_by)
                     SELECT c.legal_entity_id, %(n)s, a.id, %(e)s, %(e)s, daterange(%(s)s, %(e)s), 'EUR', 1, 0, 1,
                            'EUR', 1, 0, '{}', '{"name": "Bo"}', '{}', 'x', 'test'
                       FROM client c, account a RETURNING id)
        INSERT INTO invoice_span (invoice_id, contract_id, during)
        SELECT i.id, k.id, daterange(%(s)s, %(e)s) FROM invoice i, contract k
        """,
        {"n": number, "s": start, "e": end},
    )


def test_once_a_bill_rests_on_it_it_stays_and_the_bill_is_named(engine: Engine, session: Session, owner: Owner) -> None:
    file = taken_in(engine, ("2026-03-01", "100"), ("2026-04-01", "131"))
    bill(owner, "2026-03-01", "2026-04-01")

    with pytest.raises(ConflictError, match=r"reads\.csv is billed: B-1"):
        undone(session, file.file_id)
    owner.execute("UPDATE invoice_span SET credited = true")
    undone(session, file.file_id)


def test_a_bill_between_its_neighbours_rests_on_it_too_and_later_days_do_not(
    engine: Engine, session: Session, owner: Owner
) -> None:
    taken_in(engine, ("2026-02-01", "100"))
    file = taken_in(engine, ("2026-04-01", "131"))
    bill(owner, "2026-02-01", "2026-03-01")
    with pytest.raises(ConflictError, match="B-1"):
        undone(session, file.file_id)
    owner.execute("UPDATE invoice_span SET credited = true")
    bill(owner, "2026-04-01", "2026-05-01", "B-2")

    undone(session, file.file_id)


def test_a_reason_is_needed_and_nobody_undoes_or_reads_in_what_is_not_theirs(engine: Engine, session: Session) -> None:
    file = taken_in(engine, ("2026-03-01", "100"))
    others = Scope(entities=frozenset({99}))

    with pytest.raises(InputError, match="say why"):
        undone(session, file.file_id, " ")
    with pytest.raises(NotFoundError):
        undone(session, file.file_id, scope=others)
    session.rollback()
    with pytest.raises(NotFoundError, match="no meter M1"):
        taken_in(engine, ("2026-03-02", "100"), scope=others)
    assert [] == imported_files.newest_files(session, others)
    assert ["reads.csv"] == [row.name for row in imported_files.newest_files(session, Scope())]
