"""What the invoice before left behind."""

from datetime import date
from decimal import Decimal

import msgspec

from cloud_service.domain.pricing.usage import History
from cloud_service.domain.rating.rated_contract import MonthlyUse
from cloud_service.flow.issue import issue
from cloud_service.store.invoicing.corrections import free_spans
from cloud_service.store.invoicing.invoice_rows import WrittenInvoice
from cloud_service.store.invoicing.rating_history import histories
from common.period import Span
from tests.books.operations import rated
from tests.books.world import World
from tests.cloud_service.store.invoicing.october import NOVEMBER, OCTOBER

CREDIT = History(money_credit={"solar": Decimal("12.5")}, peaks={"demand": ((OCTOBER.start, Decimal("2.5")),)})
USE = (MonthlyUse(OCTOBER.start, 298_000),)


def issue_with(world: World, span: Span, history: History = CREDIT) -> WrittenInvoice:
    """An invoice that leaves something behind."""
    contract = rated(world.contracts[0], world.accounts[0], span.start, Decimal("10.00"))
    left = msgspec.structs.replace(contract, history=history, usage=USE)
    return issue(world.session, [left], bill_date=span.end, author="t")[0]


def test_the_last_invoice_hands_on_its_credits_its_peaks_and_its_months(world: World) -> None:
    issued = issue_with(world, OCTOBER)

    earlier = histories(world.session, world.contracts, NOVEMBER.start)

    assert [world.contracts[0]] == list(earlier)
    left = earlier[world.contracts[0]]
    assert (issued.id, CREDIT, USE) == (left.invoice_id, left.history, left.usage)


def test_only_the_latest_that_was_not_taken_back_counts(world: World) -> None:
    first = issue_with(world, OCTOBER)
    second = issue_with(world, NOVEMBER, History())
    assert second.id == histories(world.session, world.contracts, NOVEMBER.end)[world.contracts[0]].invoice_id

    free_spans(world.session, second.id)

    assert first.id == histories(world.session, world.contracts, NOVEMBER.end)[world.contracts[0]].invoice_id


def test_the_days_since_a_bill_of_long_ago_are_missing(world: World) -> None:
    issue_with(world, OCTOBER)
    day = date(2028, 1, 1)

    assert Span(NOVEMBER.start, day) == histories(world.session, world.contracts, day)[world.contracts[0]].gap
    assert {} == histories(world.session, world.contracts, OCTOBER.start)
