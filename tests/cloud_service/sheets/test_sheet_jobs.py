"""The worker checks or imports a large sheet once, says how far it is, and why it cannot."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from cloud_service.sheets import sheet_jobs
from cloud_service.sheets.files.sheet_file import SheetFile
from cloud_service.sheets.import_sheet import ImportOrder
from cloud_service.store.database.session import transaction
from cloud_service.store.scope import Scope
from cloud_service.store.sheets import jobs
from cloud_service.store.sheets.jobs import SheetJob
from common.errors import NotFoundError
from tests.books.world import World, build

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
SITES = "Property,Site country,Note\n" + "".join(f"House {n},{'Atlantis' if n == 3 else 'DE'},x\n" for n in range(50))


@pytest.fixture
def world(session: Session) -> World:
    world = build(session)
    session.commit()
    return world


def started(world: World, task: str, content: str = SITES, **order: Any) -> SheetJob:
    given = ImportOrder(world.entity, "mary", date(2026, 11, 27), "sites", **order)
    public_id = sheet_jobs.start(world.session, SheetFile("sites.csv", content.encode()), given, task, NOW)
    world.session.commit()
    return jobs.seen(world.session, Scope(), public_id)


def worked(world: World, engine: Engine, job: SheetJob) -> SheetJob:
    sheet_jobs.work(lambda: transaction(engine), job.id)
    world.session.rollback()
    return jobs.stored(world.session, job.id)


def sites(world: World) -> int:
    return int(world.session.execute(text("SELECT count(*) FROM site WHERE name LIKE 'House %'")).scalar_one())


def test_a_check_stores_nothing_and_its_report_is_there_again(world: World, engine: Engine) -> None:
    job = worked(world, engine, started(world, "look"))

    report = sheet_jobs.report_of(world.session, job)
    assert ("done", 50, 0, 0) == (job.state, job.rows_done, sites(world), report.import_id)
    assert (49, ["site_country"]) == (len(report.of("new")), [f.column for f in report.of("refused")[0].faults])


def test_what_was_said_of_the_file_holds_in_the_worker(world: World, engine: Engine) -> None:
    mended = {(5, "site_country"): "DE"}
    job = started(world, "import", columns={"holiday_calendar": "-"}, mended=mended, reason="move")
    assert (mended, "move") == ((order := sheet_jobs.order_of(job)).mended, order.reason)

    done = worked(world, engine, job)

    assert (50, True) == (sites(world), done.import_id is not None)
    again = worked(world, engine, done)
    assert (50, done.import_id) == (sites(world), again.import_id)


def test_nothing_is_stored_where_a_row_is_refused_but_the_good_ones_by_choice(world: World, engine: Engine) -> None:
    assert worked(world, engine, started(world, "import")).import_id is None
    assert 0 == sites(world)

    assert worked(world, engine, started(world, "good")).import_id is not None
    assert 49 == sites(world)


def test_how_far_it_is_stands_beside_the_work(world: World, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    told = sheet_jobs._tell

    def tell(begin: Any, job_id: int, done: int, every: int) -> None:
        told(begin, job_id, done, every)
        with begin() as session:
            seen.append(jobs.stored(session, job_id).rows_done)

    monkeypatch.setattr(sheet_jobs, "_tell", tell)
    worked(world, engine, started(world, "import"))

    assert [0, 20, 40] == sorted(set(seen))


def test_a_file_that_is_no_sheet_says_why(world: World, engine: Engine) -> None:
    job = worked(world, engine, started(world, "look", "Quatsch,Unsinn\n1,2\n"))

    assert ("failed", True) == (job.state, "it has no column for 'Site'" in job.fault)


def test_a_fault_of_ours_is_said_and_not_hung(world: World, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(sheet_jobs, "check_sheet", broken)

    assert "something went wrong here" in worked(world, engine, started(world, "look")).fault


def test_a_file_is_forgotten_after_some_days(world: World) -> None:
    job = started(world, "look")
    world.session.execute(text("UPDATE sheet_job SET created_at = :at"), {"at": NOW - timedelta(days=4)})
    started(world, "look")

    with pytest.raises(NotFoundError, match="not kept any more"):
        jobs.seen(world.session, Scope(), job.public_id)
    with pytest.raises(NotFoundError):
        jobs.seen(world.session, Scope(entities=frozenset({-1})), job.public_id)
