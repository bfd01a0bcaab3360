"""Bills are made, corrected, and costs shared."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from cloud_service.domain.rating.rated_contract import RatedContract
from cloud_service.flow import billing_run, correct_invoice, share_costs
from cloud_service.flow.invoicing import rebilling
from cloud_service.flow.issue import issue, issue_shard
from cloud_service.flow.rate import rate_again, rate_all, rate_shard
from cloud_service.flow.validate import validate_contracts
from cloud_service.store.invoicing.corrections import original
from common.period import Span
from tests.books.histories.doors import metering
from tests.books.histories.operator import WHO, Operator
from tests.books.histories.opinion import Share


def rate(operator: Operator, start: date, end: date) -> None:
    """A run that is rated, and waits to be approved."""
    metering.make_days(operator)
    plan = billing_run.RunPlan(operator.entity, Span(start, min(end, operator.today)), operator.today, WHO)
    with operator.door() as session:
        run = billing_run.plan(session, plan).id
    operator.runs.append(run)
    work(operator, lambda session: rate_shard(session, run), run)


def approve(operator: Operator, run: int) -> None:
    """What is rated is issued."""
    operator.runs.remove(run)
    with operator.door() as session:
        billing_run.approve(session, run, WHO)
    work(operator, lambda session: issue_shard(session, run, author=WHO, deliver=False), run)


def cancel(operator: Operator, run: int) -> None:
    """A run is given up."""
    operator.runs.remove(run)
    with operator.door() as session:
        billing_run.cancel(session, run, WHO)


def work(operator: Operator, shard: Callable[[Session], int], run: int) -> None:
    """Shard by shard until nothing is left, as the worker does."""
    worked = 1
    while worked:
        with operator.door() as session:
            worked = shard(session)
            billing_run.report(session, run)


def credit(operator: Operator, invoice: int) -> None:
    """A credit note; the days can be billed again."""
    with operator.door() as session:
        before = original(session, invoice)
        steps_of(operator, session).credit(invoice)
    forget_losses(operator, before.number)


def rebill(operator: Operator, invoice: int) -> None:
    """A credit note and a new bill at once, and so for the later bills that rest on it."""
    with operator.door() as session:
        done = rebilling.rebill(session, invoice, steps_of(operator, session), following=True)
    for each in done:
        forget_losses(operator, each.before.number)


def steps_of(operator: Operator, session: Session) -> rebilling.RebillSteps:
    """How a bill is taken back and made anew, by today's readings."""

    def rated(contracts: Sequence[int], span: Span) -> list[RatedContract]:
        validate_contracts(session, contracts, datetime.now(UTC))
        return rate_all(session, contracts, span)

    return rebilling.RebillSteps(
        lambda id_: correct_invoice.credit(
            session, id_, reason="wrong", day=operator.today, author=WHO, clock=operator.clock
        ),
        rated,
        lambda contracts, note: issue(
            session, contracts, bill_date=note.draft.bill_date, author=WHO, instead_of=note, deliver=False
        ),
    )


def forget_losses(operator: Operator, number: str) -> None:
    """What was given up of a bill is owed to nobody once it is credited."""
    for bills in operator.life.lost.values():
        bills.pop(number, None)


def difference(operator: Operator, invoice: int) -> None:
    """What changed goes on the next bill."""
    with operator.door() as session:
        validate_contracts(session, original(session, invoice).contracts, datetime.now(UTC))
        rated = rate_again(session, invoice)
        correct_invoice.bill_difference(
            session, invoice, rated, reason="read late", author=WHO, clock=lambda: datetime.now(UTC)
        )


def share(operator: Operator, cost: Decimal, members: list[str], start: date, end: date) -> None:
    """A common cost in equal parts."""
    label = f"Cost {len(operator.life.shares)}"
    document = {
        "label": label, "currency": "EUR", "components": [{"by": "equal"}],
        "members": [{"contract": member} for member in members],
    }  # fmt: skip
    with operator.door() as session:
        split = share_costs.store_split(session, operator.entity, label, document, author=WHO)
        share_costs.share_out(session, split, Span(start, end), cost, author=WHO)
    operator.life.shares.append(Share(label, (start, end), cost, members))
