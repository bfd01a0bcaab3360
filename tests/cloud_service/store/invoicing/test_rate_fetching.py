from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from cloud_service.store.invoicing import currency_rates, rate_fetching
from cloud_service.store.invoicing.rate_fetching import FetchingCompany, RateFetching
from tests.books.world import build

LAST = date(2026, 11, 27)


def test_the_newest_rate_of_each_currency_and_the_days_of_one_page_by_page(session: Session) -> None:
    days = [LAST - timedelta(days=count) for count in range(5)]
    for currency in ("USD", "CHF"):
        currency_rates.add(session, "EUR", [(day, currency, Decimal(1)) for day in days])
    currency_rates.add(session, "KES", [(LAST, "EUR", Decimal(150))])

    assert [("CHF", LAST), ("USD", LAST)] == [(r.currency, r.day) for r in rate_fetching.newest_rates(session, "EUR")]
    first = rate_fetching.days_of(session, "EUR", "USD", rows=2)
    assert days[:2] == [rate.day for rate in first]
    rest = rate_fetching.days_of(session, "EUR", "USD", before=first[-1].day, rows=9)
    assert days[2:] == [rate.day for rate in rest]
    assert [] == rate_fetching.newest_rates(session, "XXX")


def test_only_companies_that_want_it_have_rates_fetched(session: Session) -> None:
    first, second = build(session).entity, build(session).entity
    rate_fetching.set_fetching(session, first, RateFetching(True, "https://a.example/"))
    rate_fetching.set_fetching(session, second, RateFetching(True, "https://b.example/"))
    rate_fetching.set_fetching(session, second, RateFetching(False, "https://b.example/"))

    assert [FetchingCompany(first, "EUR", "https://a.example/")] == rate_fetching.fetching_companies(session)


def test_needed_are_the_currencies_of_accounts_sites_and_tariffs_but_one_s_own(session: Session) -> None:
    world = build(session)
    world.tenant(currency="USD")

    assert ["USD"] == rate_fetching.needed_currencies(session, world.entity, "EUR")
    assert ["EUR", "USD"] == rate_fetching.needed_currencies(session, world.entity, "KES")
