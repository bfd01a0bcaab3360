"""Large sheets are for the worker: kept, checked or imported in the background, with how far it is."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cloud_service.sheets.files.sheet_file import SheetFile
from cloud_service.sheets.files.spreadsheet_harm import eaten_zeros
from cloud_service.sheets.heads.row_values import CellFault
from cloud_service.sheets.import_sheet import ImportOrder, check_sheet, import_sheet, read_columns
from cloud_service.sheets.report import RowOutcome, SheetReport
from cloud_service.store.database import job_queue
from cloud_service.store.database.session import Session
from cloud_service.store.sheets import jobs
from cloud_service.store.sheets.jobs import NewSheetJob, SheetJob
from common.errors import EnergyError, UnavailableError

log = logging.getLogger(__name__)
TASK = "work_sheet"
AT_ONCE = 200  # rows that are done while the browser waits
KEPT = timedelta(days=3)
ROWS_A_REPORT = 20
Begin = Callable[[], AbstractContextManager[Session]]


def start(session: Session, file: SheetFile, order: ImportOrder, task: str, now: datetime) -> UUID:
    """Keep a sheet for the worker; its address."""
    jobs.forget(session, now - KEPT)
    wishes = {
        "columns": dict(order.columns), "constants": dict(order.constants), "order": order.order, "mark": order.mark,
        "mended": [[row, key, text] for (row, key), text in order.mended.items()], "reason": order.reason,
    }  # fmt: skip
    new = NewSheetJob(
        order.entity_id, order.author, order.kind, file.name, file.content, task, order.today, wishes,
        len(file.read().rows),
    )  # fmt: skip
    job_id, public_id = jobs.add(session, new)
    queue(session, job_id)
    return public_id


def queue(session: Session, job_id: int) -> None:
    """Let a worker do it; a second one waits for the first, a third is not queued."""
    name = f"sheet:{job_id}"
    job_queue.defer(session, TASK, {"job": job_id}, queue="batches", lock=name, only_one=name)


def resume(session: Session, now: datetime) -> None:
    """Sheets whose job was lost, as the database was away or its disk was full, get a new one; old ones go."""
    for job_id in jobs.unfinished(session):
        queue(session, job_id)
    jobs.forget(session, now - KEPT)


def file_of(job: SheetJob) -> SheetFile:
    """The file that it keeps."""
    return SheetFile(job.name, job.content)


def order_of(job: SheetJob) -> ImportOrder:
    """How its file is to be read."""
    wishes = job.wishes | {"mended": {(row, key): text for row, key, text in job.wishes["mended"]}}
    return ImportOrder(job.entity_id, job.author, job.asked_on, job.kind, **wishes)


def report_of(session: Session, job: SheetJob) -> SheetReport:
    """What became of the rows of a job that is done."""
    report = read_columns(session, file_of(job), order_of(job))
    return replace(
        report, rows=tuple(_outcome(row) for row in job.outcomes["rows"]), counts=job.outcomes["counts"],
        eaten=tuple(eaten_zeros(report.sheet, report.places)), import_id=job.import_id or 0,
    )  # fmt: skip


def work(begin: Begin, job_id: int) -> None:
    """Check or import it in one transaction; how far it is stands in others beside it. A second run finds it done."""
    with begin() as session:
        job = jobs.stored(session, job_id)
    if job.state in ("done", "failed"):
        return
    try:
        with begin() as session:
            report = _run(session, job, lambda done, every: _tell(begin, job_id, done, every))
            jobs.mark_done(session, job_id, _as_json(report), report.import_id or None)
    except UnavailableError:
        raise
    except EnergyError as error:
        _fail(begin, job_id, str(error))
    except Exception:
        log.exception("sheet job %d", job_id)
        _fail(begin, job_id, "something went wrong here; nothing was stored. Try again, or send the file to support")


def _run(session: Session, job: SheetJob, progress: Callable[[int, int], None]) -> SheetReport:
    if job.task == "look":
        return check_sheet(session, file_of(job), order_of(job), progress)
    return import_sheet(session, file_of(job), order_of(job), good_rows=job.task == "good", progress=progress)


def _tell(begin: Begin, job_id: int, done: int, every: int) -> None:
    if done % ROWS_A_REPORT == 0 and done < every:
        with begin() as session:
            jobs.report_progress(session, job_id, done)


def _fail(begin: Begin, job_id: int, fault: str) -> None:
    with begin() as session:
        jobs.mark_failed(session, job_id, fault)


def _as_json(report: SheetReport) -> dict[str, Any]:
    rows = [
        [row.number, row.state, row.label, list(row.made), [list(asdict(fault).values()) for fault in row.faults]]
        for row in report.rows
    ]
    return {"rows": rows, "counts": dict(report.counts)}


def _outcome(row: list[Any]) -> RowOutcome:
    number, state, label, row_ids, faults = row
    return RowOutcome(number, state, label, tuple(row_ids), tuple(CellFault(*fault) for fault in faults))
