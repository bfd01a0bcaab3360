"""Energy of a span against what one reckons by hand: closing less opening index, times the factor of the mount."""

import random
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from cloud_service.domain.metering.energy.grouping import GroupBy
from cloud_service.domain.metering.energy.report import EnergyRow
from cloud_service.flow.metering import energy_report as step
from cloud_service.flow.metering.energy_report import EnergyQuestion, EnergyReport, energy_report
from cloud_service.flow.validate import validate_dirty
from cloud_service.store.database.session import transaction
from cloud_service.store.metering.energy.placed_registers import PlaceFilter
from cloud_service.store.scope import Scope
from common.errors import InputError
from common.period import Span, day_start
from common.reading import Quality
from tests.cloud_service.metered_house import MeteredHouse
from tests.cloud_service.plant import value_of

Owner = psycopg.Connection[Any]
HOUR = timedelta(hours=1)
MARCH = Span(date(2026, 3, 1), date(2026, 4, 1))  # the clocks go forward on the 29th
NOW = datetime(2026, 4, 20, 9, tzinfo=UTC)


@pytest.fixture
def house(engine: Engine, owner: Owner) -> MeteredHouse:
    return MeteredHouse(engine, owner)


def report(
    house: MeteredHouse, by: GroupBy = GroupBy.METER, span: Span = MARCH, *, now: datetime = NOW, **places: str
) -> EnergyReport:
    validate_dirty(house.engine)
    with transaction(house.engine) as session:
        return energy_report(session, Scope(), EnergyQuestion(by, span, PlaceFilter(**places)), now)


def energies(rows: tuple[EnergyRow, ...]) -> dict[tuple[str, str], Decimal]:
    return {(row.group.name, row.measure.direction): row.now.energy for row in rows}


def start_of(day: date, house: MeteredHouse) -> datetime:
    return day_start(day, house.zone)


def steady(house: MeteredHouse, first: date, after: date, each: int, start: int = 0) -> list[tuple[datetime, int]]:
    """An index read at every local midnight, growing by the same each day."""
    return [(start_of(first + timedelta(days=n), house), start + n * each) for n in range((after - first).days + 1)]


def metered_flat(
    house: MeteredHouse, name: str, first: date, after: date, each: int, *, under: int | None = None
) -> int:
    """A flat with a meter since 2025, read each midnight; its service point."""
    point = house.add_point(name, under=under)
    ids = house.add_meter(f"M {name}")
    house.mount(f"M {name}", point, datetime(2025, 1, 1, tzinfo=UTC))
    house.read(ids["energy_import_total"], *steady(house, first, after, each))
    return point


@pytest.mark.parametrize("seed", range(3))
def test_random_histories_sum_up_to_closing_less_opening_times_the_factor(house: MeteredHouse, seed: int) -> None:
    """Meters are exchanged, moved and get other transformers at any second, over the change of the clocks."""
    dice = random.Random(seed)
    begin, end = start_of(MARCH.start - timedelta(days=5), house), start_of(MARCH.end + timedelta(days=5), house)
    expected: dict[str, Decimal] = defaultdict(Decimal)
    for number in range(5):
        meter, cuts = f"M{number}", sorted(dice.sample(range(1, int((end - begin).total_seconds())), 2))
        register = house.add_meter(meter)["energy_import_total"]
        edges = [begin, *(begin + timedelta(seconds=cut) for cut in cuts), end]
        instants = {*edges, *_hours(begin, end), start_of(MARCH.start, house), start_of(MARCH.end, house)}
        index, value = {}, dice.randrange(10**6)
        for at in sorted(instants):
            index[at] = value
            value += dice.randrange(900)
        house.read(register, *((at, index[at]) for at in sorted(index)))
        for place, (first, after) in enumerate(pairwise(edges)):
            factor = dice.choice((1, 1, 40, Decimal("1.5")))
            if number > 2 and place == 1:
                continue  # it lies in the store
            house.mount(
                meter, house.add_point(f"P{number} {place}"), first, after, multiplier=str(factor),
                opening={"energy_import_total": index[first]} if number else None,
                closing={"energy_import_total": index[after]} if number else None,
            )  # fmt: skip
            low, high = max(first, start_of(MARCH.start, house)), min(after, start_of(MARCH.end, house))
            if low < high:
                expected[meter] += (index[high] - index[low]) * factor / Decimal(1000)

    seen = report(house)

    assert {(meter, "import"): energy for meter, energy in expected.items()} == energies(seen.rows)
    assert sum(expected.values()) == seen.sums[0].now.energy
    assert sum(expected.values()) == sum(day.energy for day in seen.chart[0].values())


def _hours(begin: datetime, end: datetime) -> list[datetime]:
    return [begin + n * HOUR for n in range(int((end - begin) / HOUR) + 1)]


def test_rates_of_a_meter_count_once_and_demand_not_at_all(house: MeteredHouse) -> None:
    flat, shop = house.add_point("Flat"), house.add_point("Shop")
    ids = house.add_meter("total", {"import": {}, "import_day": {}, "import_night": {}, "peak": {"kind": "maximum"}})
    ids |= house.add_meter("rates", {"T1": {}, "T2": {}, "power": {"kind": "instant", "unit": "kW"}})
    for meter, point in (("total", flat), ("rates", shop)):
        house.mount(meter, point, datetime(2026, 1, 1, tzinfo=UTC))
    for name, each in (("import", 3000), ("import_day", 2000), ("import_night", 1000), ("T1", 700), ("T2", 300)):
        house.read(ids[name], *steady(house, MARCH.start, MARCH.end, each))

    seen = report(house)

    assert {("total", "import"): Decimal(93), ("rates", "import"): Decimal(31)} == energies(seen.rows)
    assert [Decimal(1), Decimal(1)] == [row.now.presence for row in seen.rows]


def test_a_meter_that_no_bill_counts_is_shown_by_its_total(house: MeteredHouse) -> None:
    ids = house.add_meter("main", {"energy_import_total": {"billed": False}, "T1": {"billed": False}})
    house.mount("main", house.add_point("Cellar"), datetime(2026, 1, 1, tzinfo=UTC))
    house.read(ids["energy_import_total"], *steady(house, MARCH.start, MARCH.end, 1000))
    house.read(ids["T1"], *steady(house, MARCH.start, MARCH.end, 400))

    assert {("main", "import"): Decimal(31)} == energies(report(house).rows)


def test_units_utilities_and_directions_are_never_added_up(house: MeteredHouse) -> None:
    roof = house.add_meter("roof", {"import": {}, "export": {"direction": "export"}})
    water = house.add_meter("water", {"volume_total": {"unit": "m3", "quantity": "volume"}})
    house.mount("roof", house.add_point("Roof"), datetime(2026, 1, 1, tzinfo=UTC))
    house.mount("water", house.add_point("Tap", utility="water"), datetime(2026, 1, 1, tzinfo=UTC))
    for register, each in ((roof["import"], 1000), (roof["export"], 2000), (water["volume_total"], 100)):
        house.read(register, *steady(house, MARCH.start, MARCH.end, each))

    seen = report(house, GroupBy.SITE)

    assert {
        ("electricity", "kWh", "import"): Decimal(31),
        ("electricity", "kWh", "export"): Decimal(62),
        ("water", "m3", "import"): Decimal("3.1"),
    } == {(row.measure.utility, row.measure.unit, row.measure.direction): row.now.energy for row in seen.rows}
    assert 3 == len(seen.sums)
    assert ["water"] == [row.measure.utility for row in report(house, utility="water").rows]


def test_a_flat_goes_with_its_tenants_day_by_day(house: MeteredHouse) -> None:
    point = metered_flat(house, "Flat", date(2026, 2, 1), date(2026, 4, 5), 1000)
    house.supply("Ann", point, date(2025, 1, 1), date(2026, 3, 11))
    house.supply("Bob", point, date(2026, 3, 15))

    seen = report(house, GroupBy.CLIENT)
    bob = next(row for row in seen.rows if row.group.name == "Bob")

    assert {"Ann": Decimal(10), "": Decimal(4), "Bob": Decimal(17)} == {
        row.group.name: row.now.energy for row in seen.rows
    }
    assert (Decimal(31), Decimal(28)) == (seen.sums[0].now.energy, seen.sums[0].before.energy)  # type: ignore[union-attr]
    assert None is bob.before  # he was not there in February
    assert [Decimal(17)] == [row.now.energy for row in report(house, client=bob.group.id).rows]
    assert ["Bob"] == [row.group.tenant for row in report(house).rows]


def test_losses_are_what_the_main_meter_counted_less_the_meters_below(house: MeteredHouse) -> None:
    cellar = metered_flat(house, "Cellar", date(2026, 2, 1), date(2026, 4, 5), 10_000)
    riser = house.add_point("Riser", under=cellar)  # no meter hangs there
    for name, each in (("Flat 1", 4000), ("Flat 2", 5500)):
        metered_flat(house, name, date(2026, 2, 1), date(2026, 4, 5), each, under=riser)

    (site,) = report(house, GroupBy.SITE).rows
    by_meter = {row.group.place: row for row in report(house).rows}

    assert Decimal("294.5") == site.now.energy  # what the main meter counts is not added to it
    assert (Decimal(310), Decimal("15.5"), Decimal(5), True, False) == _balance(site)
    assert (True, False) == (by_meter["Cellar"].repeats, by_meter["Flat 1"].repeats)
    assert (Decimal(310), Decimal("15.5"), Decimal(5), True, False) == _balance(by_meter["Cellar"])
    assert None is by_meter["Flat 1"].balance


def _balance(row: EnergyRow) -> tuple[Decimal, Decimal, Decimal | None, bool, bool]:
    balance = row.balance
    assert balance is not None
    return balance.supplied, balance.losses, balance.percent, balance.whole, balance.is_odd


@pytest.mark.parametrize(("used", "odd"), [((9100,), True), ((9300,), False), ((10_050,), False), ((10_200,), True)])
def test_losses_above_the_limit_and_surpluses_are_odd(house: MeteredHouse, used: tuple[int, ...], odd: bool) -> None:
    cellar = metered_flat(house, "Cellar", date(2026, 2, 27), date(2026, 4, 5), 10_000)
    for name, each in enumerate(used):
        metered_flat(house, f"Flat {name}", date(2026, 2, 27), date(2026, 4, 5), each, under=cellar)

    (site,) = report(house, GroupBy.SITE).rows

    assert odd == (site.balance is not None and site.balance.is_odd)


def test_what_a_roof_gives_is_no_loss(house: MeteredHouse) -> None:
    """The main meter takes 6 and gives 2 a day, a flat takes 9, the roof gives 5: nothing is lost."""
    cellar, flat = house.add_point("Cellar"), 0
    ids = house.add_meter("main", {"import": {}, "export": {"direction": "export"}})
    house.mount("main", cellar, datetime(2026, 1, 1, tzinfo=UTC))
    flat = metered_flat(house, "Flat", MARCH.start, MARCH.end, 9000, under=cellar)
    roof = house.add_meter("roof", {"export": {"direction": "export"}})
    house.mount("roof", house.add_point("Roof", under=cellar), datetime(2026, 1, 1, tzinfo=UTC))
    for register, each in ((ids["import"], 6000), (ids["export"], 2000), (roof["export"], 5000)):
        house.read(register, *steady(house, MARCH.start, MARCH.end, each))

    rows = {row.measure.direction: row for row in report(house, GroupBy.SITE).rows}

    assert flat
    assert (Decimal(0), True) == (rows["import"].balance.losses, rows["import"].balance.whole)  # type: ignore[union-attr]
    assert (Decimal(279), Decimal(155)) == (rows["import"].now.energy, rows["export"].now.energy)


def test_losses_are_not_reckoned_where_a_meter_was_not_there_all_the_time(house: MeteredHouse) -> None:
    cellar = metered_flat(house, "Cellar", MARCH.start, MARCH.end, 10_000)
    house.add_meter("late")
    house.mount("late", house.add_point("Flat", under=cellar), start_of(date(2026, 3, 10), house))
    house.read(
        value_of(house.owner, "SELECT max(id) FROM register"), *steady(house, date(2026, 3, 10), MARCH.end, 9000)
    )

    (site,) = report(house, GroupBy.SITE).rows

    assert site.balance is not None
    assert not site.balance.whole


def test_a_span_is_compared_with_the_one_before_and_the_year_before_where_both_are_known(house: MeteredHouse) -> None:
    metered_flat(house, "Flat", date(2025, 3, 1), date(2025, 4, 2), 500)
    new = metered_flat(house, "New", date(2026, 2, 1), date(2026, 4, 2), 1000)
    register = value_of(house.owner, "SELECT min(id) FROM register")
    house.read(register, *steady(house, date(2026, 2, 1), date(2026, 4, 2), 400, start=100_000))

    seen = report(house)
    old_row, new_row = seen.rows

    assert new
    assert (Decimal("12.4"), Decimal("11.2"), Decimal("1.2")) == (
        old_row.now.energy, old_row.before.energy, old_row.before.difference,  # type: ignore[union-attr]
    )  # fmt: skip
    assert Decimal("10.71") == round(old_row.before.percent, 2)  # type: ignore[union-attr, arg-type]
    assert (Decimal("15.5"), Decimal("-20.00")) == (
        old_row.year_before.energy, round(old_row.year_before.percent, 2),  # type: ignore[union-attr, arg-type]
    )  # fmt: skip
    assert (Decimal(28), None) == (new_row.before.energy, new_row.year_before)  # type: ignore[union-attr]
    assert None is seen.sums[0].year_before  # one of two meters was not there


def test_a_day_that_is_not_over_is_compared_with_nothing(house: MeteredHouse) -> None:
    metered_flat(house, "Flat", date(2026, 4, 1), date(2026, 4, 20), 1000)
    today = Span(date(2026, 4, 20), date(2026, 4, 21))

    (row,) = report(house, span=today).rows

    assert None is row.before
    assert 11 * 3600 == row.now.expected_s  # up to eleven o'clock in Berlin


def test_days_of_23_and_25_hours_are_whole_days(house: MeteredHouse) -> None:
    metered_flat(house, "Flat", date(2025, 10, 20), date(2025, 11, 2), 25_000)
    change = Span(date(2025, 10, 26), date(2025, 10, 27))

    (row,) = report(house, span=change).rows

    assert (Decimal(25), 25 * 3600, Decimal(1)) == (row.now.energy, row.now.expected_s, row.now.completeness)
    assert Decimal(1) == row.now.presence
    assert Decimal(25) == row.before.energy  # type: ignore[union-attr]


def test_what_is_missing_and_estimated_is_said_and_gaps_are_counted(house: MeteredHouse) -> None:
    house.add_meter("M", {"energy_import_total": {"kind": "interval", "step_s": 3600}})
    house.mount("M", house.add_point("Flat"), datetime(2026, 1, 1, tzinfo=UTC))
    register = value_of(house.owner, "SELECT max(id) FROM register")
    begin = start_of(MARCH.start, house)
    hours = [n for n in range(1, 24 * 10 + 1) if n not in {5, *range(40, 60), *range(100, 130)}]
    house.read(register, *((begin + n * HOUR, 1000) for n in hours), step_s=3600)

    (row,) = report(house, span=Span(MARCH.start, date(2026, 3, 11))).rows

    assert (3600, 240 * 3600 - 50 * 3600, 2) == (row.now.estimated_s, row.now.known_s, row.gaps)
    assert Decimal(190) == row.now.energy
    assert None is row.before


@pytest.mark.parametrize(
    ("days_read", "quality", "bridged", "estimated"),
    [
        ((date(2026, 3, 1), date(2026, 4, 1)), Quality.ACTUAL, 31, 0),  # read at both ends of the month
        ((date(2026, 2, 15), date(2026, 3, 15), date(2026, 4, 15)), Quality.ACTUAL, 0, 31),  # cut by the month
        (
            (date(2026, 2, 15), date(2026, 3, 2), date(2026, 3, 31), date(2026, 4, 15)),
            Quality.ACTUAL,
            31,
            0,
        ),  # a day off
        ((date(2026, 3, 1), date(2026, 4, 1)), Quality.ESTIMATED, 0, 31),  # somebody's estimate
    ],
)
def test_what_lies_between_two_indexes_is_measured_whatever_its_days(
    house: MeteredHouse, days_read: tuple[date, ...], quality: Quality, bridged: int, estimated: int
) -> None:
    register = house.add_meter("M")["energy_import_total"]
    house.mount("M", house.add_point("Flat"), datetime(2026, 1, 1, tzinfo=UTC))
    for number, day in enumerate(days_read):
        worst = quality if number == len(days_read) - 1 else Quality.ACTUAL
        house.read(register, (start_of(day, house), 1000 * number), quality=worst)

    (row,) = report(house).rows

    assert (bridged, estimated) == (
        round(row.now.bridged_s / 86_400), round(row.now.estimated_s / 86_400)
    )  # fmt: skip


def test_sites_have_their_own_days(house: MeteredHouse) -> None:
    """A day of Kiritimati is over ten hours before one of Berlin; each counts its own."""
    far = replace(house, zone="Pacific/Kiritimati", name="Far", sequence=1000)
    day = Span(date(2026, 3, 10), date(2026, 3, 11))
    for site, each in ((house, 1000), (far, 5000)):
        metered_flat(site, site.name, date(2026, 3, 1), date(2026, 3, 20), each)

    rows = report(house, GroupBy.SITE, day).rows

    assert {"Far": Decimal(5), "House": Decimal(1)} == {row.group.name: row.now.energy for row in rows}
    assert {Decimal(1)} == {row.now.completeness for row in rows}


def test_a_reader_sees_the_sites_of_the_own_companies_only(house: MeteredHouse) -> None:
    metered_flat(house, "Flat", MARCH.start, MARCH.end, 1000)
    validate_dirty(house.engine)
    own = value_of(house.owner, "SELECT max(id) FROM legal_entity")
    question = EnergyQuestion(GroupBy.SITE, MARCH)
    with transaction(house.engine) as session:
        seen = [
            len(energy_report(session, scope, question, NOW).rows)
            for scope in (Scope(frozenset({own})), Scope(frozenset({own + 1})), Scope(clients=frozenset({1})))
        ]
    assert [1, 0, 0] == seen


def test_too_many_meters_over_too_many_days_are_refused(house: MeteredHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    metered_flat(house, "Flat", MARCH.start, MARCH.end, 1000)
    monkeypatch.setattr(step, "REGISTER_DAYS_MAX", 30)

    with pytest.raises(InputError, match="too many meters"):
        report(house)


def test_a_day_or_two_have_their_hours_from_the_first_midnight_on(house: MeteredHouse) -> None:
    """Twenty-three hours of the 29th, then the 30th, on which the meter is moved at ten o'clock."""
    register = house.add_meter("M")["energy_import_total"]
    begin = start_of(date(2026, 3, 29), house)
    moved = start_of(date(2026, 3, 30), house) + 10 * HOUR
    house.mount("M", house.add_point("Flat"), datetime(2026, 1, 1, tzinfo=UTC), moved, multiplier=2)
    house.mount("M", house.add_point("Shop"), moved, multiplier=3)
    quarters = [begin + n * HOUR / 4 for n in range(4 * 47 + 1)]
    house.read(register, *((at, 10 * n) for n, at in enumerate(quarters)))

    seen = report(house, GroupBy.SITE, Span(date(2026, 3, 29), date(2026, 3, 31)))

    hours = [seen.hours[0][hour].energy for hour in range(47)]
    assert [Decimal("0.08")] * 33 + [Decimal("0.12")] * 14 == hours
    assert seen.rows[0].now.energy == sum(hours)
    assert () == report(house).hours
