"""An October that is rated, planned or issued without any readings."""

from datetime import date
from decimal import Decimal

from cloud_service.flow import billing_run
from cloud_service.flow.issue import issue
from cloud_service.store.invoicing.invoice_rows import WrittenInvoice
from common.period import Span
from tests.books.operations import rated
from tests.books.world import World

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
NOVEMBER = Span(date(2026, 11, 1), date(2026, 12, 1))
BILL_DATE = date(2026, 11, 2)


def issue_month(world: World, net: str = "100.00", span: Span = OCTOBER, day: date = BILL_DATE) -> WrittenInvoice:
    """An invoice of the first tenant over a month: one line of energy and 19 % of VAT."""
    contract = rated(world.contracts[0], world.accounts[0], span.start, Decimal(net))
    return issue(world.session, [contract], bill_date=day, author="test")[0]


def plan_run(world: World, span: Span = OCTOBER) -> int:
    """A run with an item for each tenant."""
    return billing_run.plan(world.session, billing_run.RunPlan(world.entity, span, span.end, "test")).id
