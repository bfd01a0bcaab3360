"""Bills come by themselves, as the company's calendar says."""

from functools import partial

from sqlalchemy import text

from cloud_service import billing_jobs
from cloud_service.flow import billing_run
from cloud_service.flow.billing_calendar import set_calendar
from cloud_service.flow.invoicing import outliers
from cloud_service.flow.issue import issue_shard
from cloud_service.flow.rate import rate_shard
from cloud_service.store.invoicing.billing_calendar import BillingCalendar, EntityCalendar
from tests.books.histories.doors import metering
from tests.books.histories.doors.billing import work
from tests.books.histories.operator import WHO, Operator
from tests.books.histories.opinion import DAY

PLANNED = text(
    "SELECT id FROM billing_run WHERE legal_entity_id = :entity AND state = 'rating' AND created_by = :author"
)
HELD = text(
    "SELECT DISTINCT r.id FROM billing_run r JOIN billing_item i ON i.billing_run_id = r.id"
    " WHERE r.legal_entity_id = :entity AND r.state IN ('rated', 'done') AND i.state = 'parked' AND i.code = :code"
)


def run(operator: Operator, after_days: int) -> None:
    """An hour of the worker: what fell due is planned, rated, and issued but for what looks odd."""
    since = operator.today - 95 * DAY
    calendar = BillingCalendar(automatic=True, since=since, after_days=after_days, approval="itself")
    metering.make_days(operator)
    with operator.door() as session:
        set_calendar(session, operator.entity, calendar, author=WHO)
    entity = EntityCalendar(operator.entity, operator.home, calendar)
    tools = billing_jobs.CalendarTools(operator.engine, operator.door, operator.clock)
    billing_jobs.plan_by_calendar(tools, entity)
    with operator.door() as session:
        values = {"entity": operator.entity, "author": billing_run.CALENDAR}
        planned = list(session.execute(PLANNED, values).scalars())
    for number in planned:
        work(operator, partial(rate_shard, run_id=number), number)
    with operator.door() as session:
        billing_jobs.approve_by_calendar(session, entity)
    for number in planned:
        work(operator, partial(issue_shard, run_id=number, author=WHO, deliver=False), number)


def let_go(operator: Operator) -> None:
    """A person finds that the amounts that were held are right."""
    with operator.door() as session:
        held = list(session.execute(HELD, {"entity": operator.entity, "code": outliers.HELD}).scalars())
        for number in held:
            outliers.let_go(session, number, WHO, "looked at")
            billing_run.approve(session, number, WHO)
    for number in held:
        work(operator, partial(issue_shard, run_id=number, author=WHO, deliver=False), number)
