from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow.invoicing.currency_rates import file_to_fetch, set_fetching, take_file
from cloud_service.store.invoicing import currency_rates
from cloud_service.store.invoicing.rate_fetching import ADDRESS, RateFetching, fetching_of, newest_rates
from common.errors import InputError
from tests.books.world import World, build
from tests.cloud_service.ecb_files import history_csv, xml

LAST = date(2026, 11, 27)
EVENING = datetime(2026, 11, 27, 18, tzinfo=UTC)


@pytest.fixture
def world(session: Session) -> World:
    world = build(session)
    world.tenant(currency="USD")
    world.tenant(currency="KES")
    return world


def test_what_the_company_needs_is_taken_days_that_have_a_rate_keep_it(world: World) -> None:
    currency_rates.add(world.session, "EUR", [(LAST, "USD", Decimal("0.9"))])
    taken = take_file(world.session, world.entity, "EUR", history_csv(), name="hist.csv", author="t")

    assert (2, 1, 1, ("USD",), ("KES",)) == (
        taken.new, taken.known, taken.others, taken.currencies, taken.not_published,
    )  # fmt: skip
    assert (date(2026, 11, 25), LAST) == (taken.first_day, taken.last_day)
    assert [("USD", LAST, Decimal("0.9"), "")] == [
        (rate.currency, rate.day, rate.rate, rate.source) for rate in newest_rates(world.session, "EUR")
    ]
    again = take_file(world.session, world.entity, "EUR", xml(), name="hist.xml", author="t")
    assert (0, 3) == (again.new, again.known)


def test_named_currencies_and_days_are_taken_alone_with_their_source(world: World) -> None:
    take_file(
        world.session, world.entity, "EUR", xml(), name="x", author="t", currencies=["GBP"], since=date(2026, 11, 26)
    )
    rows = world.session.execute(text("SELECT currency, day, source FROM currency_rate ORDER BY day")).all()
    assert [("GBP", date(2026, 11, 26), "European Central Bank"), ("GBP", LAST, "European Central Bank")] == [
        tuple(row) for row in rows
    ]


def test_a_currency_that_the_bank_does_not_publish_is_said(world: World) -> None:
    with pytest.raises(InputError, match="publishes no rate of KES") as caught:
        take_file(world.session, world.entity, "KES", xml(), name="x", author="t")
    assert "day,currency,rate" in (caught.value.hint or "")
    with pytest.raises(InputError, match="no day of it has a rate of CHF"):
        take_file(world.session, world.entity, "EUR", xml(), name="x", author="t", currencies=["CHF"])
    with pytest.raises(InputError, match="QQQ"):
        take_file(world.session, world.entity, "EUR", xml(), name="x", author="t", currencies=["QQQ"])


def test_a_company_with_one_currency_needs_none(session: Session) -> None:
    world = build(session, tenants=1)
    assert file_to_fetch(session, world.entity, "EUR", ADDRESS, EVENING) is None
    with pytest.raises(InputError, match="which currencies"):
        take_file(session, world.entity, "EUR", xml(), name="x", author="t")


@pytest.mark.parametrize(
    ("newest", "file"),
    [
        (None, "eurofxref-hist-90d.xml"),
        (date(2026, 11, 27), None),
        (date(2026, 11, 26), "eurofxref-daily.xml"),
        (date(2026, 11, 25), "eurofxref-hist-90d.xml"),
        (date(2026, 1, 5), "eurofxref-hist.zip"),
    ],
)
def test_the_smallest_file_that_leaves_no_day_out_is_fetched(
    session: Session, newest: date | None, file: str | None
) -> None:
    world = build(session)
    world.tenant(currency="USD")
    if newest is not None:
        currency_rates.add(session, "EUR", [(newest, "USD", Decimal("0.9"))])
    asked = file_to_fetch(session, world.entity, "EUR", ADDRESS.rstrip("/"), EVENING)

    assert (ADDRESS + file if file else None) == (asked.address if asked else None)
    assert asked is None or (newest, LAST, ("USD",)) == (asked.since, asked.day, asked.currencies)


def test_after_a_weekend_the_daily_file_is_enough(session: Session) -> None:
    world = build(session)
    world.tenant(currency="USD")
    currency_rates.add(session, "EUR", [(LAST, "USD", Decimal("0.9"))])
    monday = datetime(2026, 11, 30, 18, tzinfo=UTC)

    asked = file_to_fetch(session, world.entity, "EUR", ADDRESS, monday)
    assert asked is not None
    assert asked.address.endswith("daily.xml")


def test_fetching_is_set_and_an_address_in_the_clear_is_refused(world: World) -> None:
    assert not fetching_of(world.session, world.entity).automatic
    assert ["automatic"] == set_fetching(world.session, world.entity, RateFetching(automatic=True), author="t")
    assert fetching_of(world.session, world.entity).automatic
    with pytest.raises(InputError, match="https"):
        set_fetching(world.session, world.entity, RateFetching(True, "http://10.0.0.1/"), author="t")
