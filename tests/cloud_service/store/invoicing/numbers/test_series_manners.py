from sqlalchemy.orm import Session

from cloud_service.domain.invoicing.number_pattern import SeriesManner
from cloud_service.store.invoicing.numbers import series_manners
from tests.books.world import build

YEARLY, GOING_ON = SeriesManner("R{yy}-", 4, 12, yearly=True), SeriesManner("B", 2, 1, yearly=False)


def test_a_series_says_what_it_gave_out_and_how_it_goes_on(session: Session) -> None:
    entity = build(session).entity
    series_manners.follow(session, entity, "invoice", 2026, YEARLY, close=None)
    (row,) = series_manners.locked_series_of(session, entity)

    assert (YEARLY, "R26-", 0, "R26-0012", "R26-0011") == (row.manner, row.prefix, row.given, row.first, row.last)


def test_of_a_year_one_series_is_in_use_and_one_that_goes_on_ends_all_others(session: Session) -> None:
    entity = build(session).entity
    for year in (2025, 2026):
        series_manners.follow(session, entity, "invoice", year, YEARLY, close=None)
    series = series_manners.series_of(session, entity)
    assert [2026, 2025] == [row.year for row in series]
    assert series[1] == series_manners.in_use(series, "invoice", 2025)
    assert series_manners.in_use(series, "invoice", 2027) is None

    series_manners.follow(session, entity, "invoice", 2026, GOING_ON, close=series[0])
    series = series_manners.series_of(session, entity)
    assert [(0, False), (2026, True), (2025, True)] == [(row.year, row.closed) for row in series]
    assert series[0] == series_manners.in_use(series, "invoice", 2031)
