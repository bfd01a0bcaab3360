"""What is far from the period before in a rated run: shown, held for a person while the rest is issued, let go."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from cloud_service.domain.invoicing.outliers import Outlier, outlier
from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.invoicing import billing_run_items, billing_runs
from cloud_service.store.invoicing.billing_calendar import calendar_of
from common.errors import ConflictError

HELD = "outlier"  # the code of an item that is parked because its amount is odd
PAGE = 1000


def outliers(session: Session, run_id: int, page: int = PAGE) -> list[Outlier]:
    """Items whose amount a day is far from the period before, or negative, or the first; the farthest first."""
    flagged = [flag for _item, flag in _flagged(session, run_id, page)]
    return sorted(flagged, key=lambda flag: (flag.times is None, -(flag.times or 0)))


def _flagged(session: Session, run_id: int, page: int) -> Iterator[tuple[int, Outlier]]:
    limits = calendar_of(session, billing_runs.run_of(session, run_id).legal_entity_id).limits
    offset = 0
    while items := billing_run_items.items(session, run_id, "rated", page, offset):
        usual = billing_run_items.billed_before(session, items)
        for item in items:
            if item.rated is not None:
                days = Decimal((item.end - item.start).days)
                flag = outlier(item.rated, days, usual.get(item.contract_id), limits)
                if flag:
                    yield item.id, flag
        offset += page


def hold(session: Session, run_id: int, author: str) -> int:
    """Set aside what is odd, each with the reason, so that the rest may be issued; how many."""
    flagged = list(_flagged(session, run_id, PAGE))
    for item_id, flag in flagged:
        billing_run_items.park(session, [item_id], f"{flag.why}: looked at by a person before it is issued", HELD)
    if flagged:
        log.note(session, author, "run.hold", f"billing_run:{run_id}", items=len(flagged))
    return len(flagged)


def let_go(session: Session, run_id: int, author: str, reason: str = "", item_ids: Sequence[int] | None = None) -> int:
    """A person says that held amounts are right: they are rated as they were, for the run to be approved; how many."""
    if not billing_runs.change_state(session, run_id, "rated", ["rated", "done"]):
        raise ConflictError("only a run that is not being rated or issued lets its amounts go")
    count = billing_run_items.unpark_held(session, run_id, HELD, item_ids)
    if not count:
        raise ConflictError(f"run {run_id} holds no amount", hint="it may have been let go already")
    log.note(session, author, "run.let_go", f"billing_run:{run_id}", reason=reason, items=count)
    return count
