"""Billing runs: plan what is due, see how it compares, approve, give up. Rating and issuing go shard by shard.

A run is its items; a process that dies loses nothing but its open transaction, and whoever comes next carries on.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from cloud_service.domain.calendar.billing_cycle import cycles_due, earliest_start
from cloud_service.domain.invoicing.billing_account import check_seller_address
from cloud_service.store.audit import log
from cloud_service.store.customers import legal_entities
from cloud_service.store.database import job_queue
from cloud_service.store.database.session import Session
from cloud_service.store.invoicing import billing_run_items, billing_runs, parked_items, run_progress
from cloud_service.store.invoicing.billing_calendar import BillingCalendar, untouched
from cloud_service.store.invoicing.billing_runs import StoredRun
from cloud_service.store.invoicing.run_progress import RunProgress
from cloud_service.store.metering.estimation import estimates
from common.errors import ConflictError
from common.period import Span

RATING, ISSUING = ("planned", "rating"), ("approved", "issuing")
CALENDAR = "billing calendar"  # who plans and approves what comes due by itself
LOOK_BACK = timedelta(days=100)
TASKS = {"rate": "rate_run", "issue": "issue_run"}
# contracts and days -> each contract, and whether it can be rated
Rate = Callable[[Session, Sequence[int], Span], Iterable[tuple[int, bool]]]


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What is to be billed: of an entity, the cycles that end within `span`."""

    entity_id: int
    span: Span
    bill_date: date
    author: str
    dry_run: bool = False
    contract_ids: Sequence[int] | None = None

    @property
    def name(self) -> str:
        """How the run is listed."""
        return f"{self.span.start:%Y-%m}" if self.span.start.day == 1 else f"{self.span.start} to {self.span.end}"


def plan(session: Session, planned: RunPlan) -> StoredRun:
    """A run with an item for each contract's days that fall due and that nothing bills yet. Dry runs before it end."""
    billing_runs.release_dry_runs(session, planned.entity_id)
    return _add_run(session, planned, _unbilled(session, planned))


def plan_fallen_due(
    session: Session, entity_id: int, calendar: BillingCalendar, today: date, rate: Rate | None = None
) -> StoredRun | None:
    """A run by the calendar of what fell due and no run has taken up; None where there is nothing.

    It looks back for some months, at most to the calendar's first day, so that days on which the machine was off are
    made up for once. What was parked for want of readings comes back, once, when `rate` says that they are in; what is
    parked for another reason, or was given up, waits for a person.
    """
    until = today - timedelta(days=calendar.after_days)
    if not calendar.automatic or calendar.since is None or calendar.since >= until:
        return None
    since = max(calendar.since, until - LOOK_BACK)
    planned = RunPlan(entity_id, Span(since, until), today, CALENDAR)
    with session.begin_nested() as attempt:
        billing_runs.release_dry_runs(session, entity_id)
        due = _unbilled(session, planned)
        fresh = set(untouched(session, [(contract, (span.start, span.end)) for contract, span in due]))
        due = [(contract, span) for contract, span in due if contract in fresh]
        due += _back_again(session, entity_id, since, rate) if rate else []
        if not due:
            attempt.rollback()
            return None
    span = Span(min(span.start for _contract, span in due), max(span.end for _contract, span in due))
    return _add_run(session, replace(planned, span=span), due)


def _back_again(session: Session, entity_id: int, since: date, rate: Rate) -> list[tuple[int, Span]]:
    """What was parked for want of readings and can be rated now: it leaves its run for a new one."""
    by_span: dict[Span, list[parked_items.ParkedItem]] = {}
    for item in parked_items.with_new_readings(session, entity_id, since):
        by_span.setdefault(item.span, []).append(item)
    back: list[parked_items.ParkedItem] = []
    for span, items in by_span.items():
        rated = {
            contract for contract, is_rated in rate(session, [item.contract_id for item in items], span) if is_rated
        }
        back += [item for item in items if item.contract_id in rated]
    parked_items.supersede(session, [item.id for item in back])
    days = {(item.contract_id, item.span) for item in back}  # parked by two runs, billed by one
    return billing_run_items.unbilled(session, sorted(days, key=lambda due: (due[0], due[1].start))) if days else []


def may_issue_itself(session: Session, run: StoredRun, calendar: BillingCalendar) -> bool:
    """Whether a rated run of the calendar may issue without a person, but for what is far from the period before.

    One that was approved before, and rated again since, is a person's; and no estimate may wait to be confirmed.
    """
    if run.created_by != CALENDAR or run.dry_run or run.approved_by or calendar.approval != "itself":
        return False
    return bool(run_progress.progress_of(session, run.id).rated) and not estimates.unconfirmed_of_run(session, run.id)


def _unbilled(session: Session, planned: RunPlan) -> list[tuple[int, Span]]:
    """The contracts whose cycles end within the days of the plan, with the days that nothing bills yet."""
    window = Span(earliest_start(planned.span.start), planned.span.end)
    due_days = [
        (contract.id, span)
        for contract in billing_runs.candidates(session, planned.entity_id, window, planned.contract_ids)
        for span in cycles_due(
            contract.cycle,
            contract.day,
            contract.start,
            contract.end,
            planned.span,
            month=contract.month,
            year=contract.year,
        )
    ]
    return billing_run_items.unbilled(session, due_days) if due_days else []


def _add_run(session: Session, planned: RunPlan, due: Sequence[tuple[int, Span]]) -> StoredRun:
    run_id = billing_runs.add_run(
        session, entity_id=planned.entity_id, name=planned.name, span=planned.span, bill_date=planned.bill_date,
        dry_run=planned.dry_run, author=planned.author, whole=planned.contract_ids is None,
    )  # fmt: skip
    billing_run_items.add_items(session, run_id, due)
    billing_runs.change_state(session, run_id, "rating", ["planned"])
    report(session, run_id)
    log.note(session, planned.author, "run.plan", f"billing_run:{run_id}", name=planned.name, items=len(due))
    return billing_runs.run_of(session, run_id)


def start(session: Session, run_id: int, step: str, *, shards: int, author: str) -> None:
    """Queue the jobs that rate or issue a run; each takes what is free until nothing is left."""
    job_queue.defer_all(
        session, TASKS[step], [{"run": run_id, "author": author, "shard": n} for n in range(shards)], queue="runs"
    )


def report(session: Session, run_id: int) -> RunProgress:
    """Move the run on if a phase is over, and tell the console how far it is."""
    counted = run_progress.progress_of(session, run_id)
    if not counted.waiting:
        billing_runs.change_state(session, run_id, "rated", RATING)
    if not counted.waiting and not counted.rated:
        billing_runs.change_state(session, run_id, "done", ISSUING)
    run = billing_runs.run_of(session, run_id)
    rating = run.state in RATING
    run_progress.show_progress(
        session, run_id, f"{'Rating' if rating else 'Issuing'} {run.name}",
        done=counted.rated + counted.issued if rating else counted.issued, parked=counted.parked,
        total=counted.total - counted.cancelled, state="running" if run.state in ("rating", "issuing") else run.state,
    )  # fmt: skip
    return counted


def give_up(session: Session, run_id: int, tries: int) -> None:
    """What is left of a run whose jobs failed again and again is parked: a person looks, and lets it be rated again."""
    state = "waiting" if billing_runs.run_of(session, run_id).state in RATING else "rated"
    reason = f"something went wrong here {tries} times; the log of the worker says what"
    billing_run_items.park(session, billing_run_items.ids_in(session, run_id, state), reason, "fault")
    report(session, run_id)


def approve(session: Session, run_id: int, author: str) -> None:
    """What is rated may be issued. Parked items stay behind; they can be rated again in another run."""
    run = billing_runs.run_of(session, run_id)
    if run.dry_run:
        raise ConflictError("a dry run is not issued", hint="start a run without --dry-run")
    seller = legal_entities.entity_fields(session, run.legal_entity_id)
    check_seller_address(seller.name, seller.address)
    waiting = estimates.unconfirmed_of_run(session, run_id)
    if waiting:
        raise ConflictError(
            f"{waiting} estimates that bills of this run rest on are not confirmed",
            code="unconfirmed_estimates", hint="look at them, confirm or withdraw them; then approve the run",
        )  # fmt: skip
    if not billing_runs.change_state(session, run_id, "issuing", ["rated"], approved_by=author):
        raise ConflictError(f"run {run_id} is {run.state}; only a rated run can be approved")
    log.note(session, author, "run.approve", f"billing_run:{run_id}")


def cancel(session: Session, run_id: int, author: str, reason: str = "") -> None:
    """Give up what is not issued; its days can be billed by another run."""
    if not billing_runs.change_state(
        session, run_id, "cancelled", ["planned", "rating", "rated", "approved", "issuing"]
    ):
        raise ConflictError(f"run {run_id} is over")
    billing_run_items.cancel_items(session, run_id)
    log.note(session, author, "run.cancel", f"billing_run:{run_id}", reason=reason)


def retry_parked(session: Session, run_id: int, author: str, item_ids: Sequence[int] | None = None) -> int:
    """Let parked items be rated again, after what was wrong has been mended."""
    if not billing_runs.change_state(session, run_id, "rating", ["rating", "rated", "done"]):
        raise ConflictError("only a run that is not being issued can rate again")
    count = billing_run_items.unpark(session, run_id, item_ids)
    report(session, run_id)
    log.note(session, author, "run.retry", f"billing_run:{run_id}", items=count)
    return count
