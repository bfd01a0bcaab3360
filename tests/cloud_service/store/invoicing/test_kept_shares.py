"""What splits have shared, and taking it back."""

from datetime import date
from decimal import Decimal

from sqlalchemy import text

from cloud_service.flow import share_costs
from cloud_service.store.invoicing import kept_shares
from common.period import Span
from tests.books.world import World
from tests.cloud_service.store.invoicing.october import OCTOBER, issue_month

DECEMBER = Span(date(2026, 12, 1), date(2027, 1, 1))
DOCUMENT = {
    "label": "Stairs", "currency": "EUR", "components": [{"by": "equal"}],
    "members": [{"contract": "V1"}, {"contract": "V2"}],
}  # fmt: skip


def test_what_was_shared_is_listed_newest_days_first_with_its_bills(world: World) -> None:
    splits = [share_costs.store_split(world.session, world.entity, name, DOCUMENT, author="t") for name in ("a", "b")]
    for split_id, span, cost in ((splits[0], OCTOBER, "10"), (splits[0], DECEMBER, "20"), (splits[1], OCTOBER, "30")):
        share_costs.share_out(world.session, split_id, span, Decimal(cost), author="t")
    issue_month(world)  # of the first tenant: it takes up October's shares of both

    december, october = kept_shares.sharings(world.session, splits[0])
    assert [(DECEMBER, Decimal(20), []), (OCTOBER, Decimal(10), ["INV-2026-00001"])] == [
        (kept.span, kept.total, kept.bills) for kept in (december, october)
    ]
    assert 1 == kept_shares.drop(world.session, october.shares)  # what is on a bill stays
    assert 2 == kept_shares.drop(world.session, december.shares)


def test_a_split_finds_its_own_lines_only(world: World) -> None:
    split_id = share_costs.store_split(world.session, world.entity, "a", DOCUMENT, author="t")
    share_costs.share_out(world.session, split_id, OCTOBER, Decimal(10), author="t")
    world.session.execute(text("UPDATE pending_line SET business_key = replace(business_key, 'split:', 'split:1')"))

    assert [] == kept_shares.sharings(world.session, split_id)
    assert f"split:7:{date(2026, 10, 1)}:2026-11-01:V1" == kept_shares.key_of(7, Span(OCTOBER.start, OCTOBER.end), "V1")
