"""From registers at a service point to usage: whatever happened to the meters, it adds up, or it is refused."""

import hashlib
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from cloud_service.domain.pricing.record_json import to_json
from cloud_service.domain.pricing.usage import Intervals, Total
from cloud_service.domain.rating.metered_usage import engine_name, metered_usage
from cloud_service.domain.rating.read_between import RegisterWords
from cloud_service.domain.rating.register_readings import DayEnds, SpanReadings
from common.errors import InputError
from common.period import Span, day_bounds, day_start
from common.reading import Quality
from tests.cloud_service.domain.rating.readings import (
    LONG_AGO,
    OCTOBER,
    ZONE,
    day_readings,
    index_readings,
    mounted_register,
    packed_days,
)


@pytest.mark.parametrize(
    ("name", "utility", "fields"),
    [
        ("import", "electricity", {}),
        ("export", "electricity", {"direction": "export"}),
        ("reactive_export", "electricity", {"quantity": "reactive_energy", "direction": "export"}),
        ("apparent", "electricity", {"quantity": "apparent_energy"}),
        ("reactive_import", "electricity", {"unit": "kvarh"}),  # whatever it was called when it was made
        ("apparent", "electricity", {"unit": "kVAh"}),
        ("water", "water", {"quantity": "volume"}),
    ],
)
def test_a_tariff_prices_a_register_by_what_it_counts(name: str, utility: str, fields: dict[str, str]) -> None:
    assert name == engine_name(mounted_register(1, **fields), utility)


def test_two_rates_of_one_meter_keep_their_names() -> None:
    registers = [mounted_register(1, name="t1", meter="M"), mounted_register(2, name="t2", meter="M")]
    days = {1: packed_days(OCTOBER, 1), 2: packed_days(OCTOBER, 2)}

    usage = metered_usage(registers, "electricity", day_readings(days))

    assert {"import_t1", "import_t2"} == set(usage.registers)
    assert {"import": ["import_t1", "import_t2"]} == usage.rates


def names_of(*registers: str) -> set[str]:
    mounted = [mounted_register(n, name=name, meter="M") for n, name in enumerate(registers, start=1)]
    days = {n: packed_days(OCTOBER, n) for n in range(1, len(registers) + 1)}
    return set(metered_usage(mounted, "electricity", day_readings(days)).registers)


def test_a_rate_that_is_called_by_its_direction_already_keeps_that_name() -> None:
    assert {"import_punta", "import_valle"} == names_of("import_punta", "import_valle")


def test_two_rates_never_share_a_name() -> None:
    assert {"import_punta", "import_import_punta"} == names_of("punta", "import_punta")


def test_registers_with_days_have_intervals_and_others_the_difference_of_their_indexes() -> None:
    first, last = day_start(OCTOBER.start, ZONE), day_start(OCTOBER.end, ZONE)

    by_day = metered_usage([mounted_register()], "electricity", day_readings({1: packed_days(OCTOBER, 100)}))
    by_index = metered_usage([mounted_register()], "water", index_readings((first, 1_000), (last, 4_000)))

    assert isinstance(by_day.registers["import"], Intervals)
    assert Total(3_000, OCTOBER.start, OCTOBER.end) == by_index.registers["water"]
    assert by_day.signature != by_index.signature


def test_the_sources_prove_what_was_read() -> None:
    packed = packed_days(OCTOBER, 100)

    source = metered_usage([mounted_register(multiplier=Decimal("40.0"))], "", day_readings({1: packed})).sources[0]

    assert {
        "register_id": 1,
        "register": "import",
        "name": "import",
        "meter": "M1",
        "unit": "kWh",
        "multiplier": "40",
        "days": ["2026-10-01", "2026-10-31", 31],
        "counted": 298_000,
        "sha256": hashlib.sha256(packed.body).hexdigest(),
    } == to_json(source)


def test_the_sources_of_an_index_have_one_neighbour_on_each_side_of_the_span() -> None:
    readings = [(LONG_AGO + timedelta(days=1), 1), (datetime(2026, 9, 30, tzinfo=UTC), 2)]
    readings += [(datetime(2026, 10, 5, tzinfo=UTC), 3), (datetime(2026, 11, 5, tzinfo=UTC), 4)]
    later = (datetime(2026, 12, 5, tzinfo=UTC), 5)

    source = metered_usage([mounted_register()], "water", index_readings(*readings, later)).sources[0]

    assert [2, 3, 4] == [index.value for index in source.indexes or ()]


def test_a_register_of_which_something_is_to_be_said_has_words_and_a_silent_one_has_none() -> None:
    days = day_readings({1: packed_days(OCTOBER, 100), 2: packed_days(OCTOBER, 5)})
    filled = DayEnds(bytes([0] * 95 + [Quality.ESTIMATED]))
    registers = [mounted_register(1, kind="interval"), mounted_register(2, kind="interval", direction="export")]

    usage = metered_usage(registers, "electricity", replace(days, ends={1: [filled]}))

    assert {"import": RegisterWords(is_estimated=True, has_holes=True)} == usage.words


@pytest.mark.parametrize("seed", range(30))
def test_the_first_day_that_no_meter_touches_is_the_one_that_is_refused(seed: int) -> None:
    """Mounts in any order, that overlap, touch at midnight or leave days out, beside a look at each day."""
    dice = random.Random(seed)
    midnights = [day_start(date(2026, 9, 28) + timedelta(days=n), ZONE) for n in range(40)]
    mounts = []
    for number in range(1, dice.randint(2, 5)):
        came, gone = sorted(at + timedelta(hours=dice.choice((0, 0, 5))) for at in dice.choices(midnights, k=2))
        mounts.append(mounted_register(number, mounted=came, dismounted=dice.choice((gone, gone, None))))
    mounts = [mount for mount in mounts if mount.touches(*day_bounds(OCTOBER.start, ZONE)) or dice.random() < 0.9]
    bare = [day for day in OCTOBER if not any(mount.touches(*day_bounds(day, ZONE)) for mount in mounts)]

    with pytest.raises(InputError) as refused:
        metered_usage(mounts, "electricity", SpanReadings(OCTOBER, ZONE, {}, {}))

    reason = str(refused.value)
    assert ("is mounted on" in reason) == bool(bare and mounts)
    if bare and mounts:
        assert f"is mounted on {bare[0]}" in reason


@pytest.mark.parametrize(
    ("first", "second", "day"),
    [
        pytest.param(10, None, "2026-10-11", id="removed and nothing after it"),
        pytest.param(10, 20, "2026-10-11", id="removed, and another one days later"),
        pytest.param(None, 20, "2026-10-01", id="mounted days after the bill begins"),
        pytest.param(10, 10, "", id="exchanged within a day"),
    ],
)
def test_days_without_any_meter_are_refused_and_never_taken_for_nothing(
    first: int | None, second: int | None, day: str
) -> None:
    noon = {number: datetime(2026, 10, number, 12, tzinfo=UTC) for number in (10, 20)}
    old = [mounted_register(1, dismounted=noon[first], opening=0, closing=90_000)] if first else []
    new = [mounted_register(2, mounted=noon[second] + timedelta(hours=1), opening=0)] if second else []
    readings = SpanReadings(OCTOBER, ZONE, {}, {2: [(day_start(date(2026, 11, 2), ZONE), 50_000)]})

    if day:
        with pytest.raises(InputError, match=f"no meter with a billed register is mounted on {day}") as refused:
            metered_usage([*old, *new], "electricity", readings)
        assert "no_meter" == refused.value.code
    else:
        assert isinstance(metered_usage([*old, *new], "electricity", readings).registers["import"], Total)


def test_a_maximum_register_beside_the_energy_does_not_keep_it_from_being_billed() -> None:
    """It was read as a second counter of the same energy, which fell when it was set back."""
    month = day_start(OCTOBER.start, ZONE)
    highest = mounted_register(2, name="demand_maximum", unit="kW", kind="maximum", meter="M1")
    indexes = {2: [(month, 7000), (month + timedelta(days=40), 5000)]}
    readings = SpanReadings(OCTOBER, ZONE, {1: packed_days(OCTOBER, 100)}, indexes)

    usage = metered_usage([mounted_register(), highest], "electricity", readings)

    assert ["import"] == list(usage.registers)
    assert [1] == [source.register_id for source in usage.sources]


EXPORT = {"name": "energy_export_total", "direction": "export", "meter": "M1"}
REACTIVE = {"name": "reactive", "quantity": "reactive_energy", "unit": "kvarh", "meter": "M1"}


@pytest.mark.parametrize("beside", [EXPORT, REACTIVE])
@pytest.mark.parametrize("days_read", [0, 3])
def test_what_came_up_beside_the_energy_and_has_no_price_is_left_out(beside: dict[str, str], days_read: int) -> None:
    """A gateway announces a register in the middle of a month: nobody knows what it counted before."""
    registers = [mounted_register(), mounted_register(2, **beside)]
    days = {1: packed_days(OCTOBER, 100)}
    if days_read:
        days[2] = packed_days(Span(OCTOBER.end - timedelta(days=days_read), OCTOBER.end), 0)

    usage = metered_usage(registers, "electricity", day_readings(days), {"import"})

    assert ["import"] == list(usage.registers)
    assert [1] == [source.register_id for source in usage.sources]


def test_what_was_read_beside_the_energy_is_kept_without_a_price() -> None:
    registers = [mounted_register(), mounted_register(2, **EXPORT)]
    days = {1: packed_days(OCTOBER, 100), 2: packed_days(OCTOBER, 0)}

    assert ["import", "export"] == list(
        metered_usage(registers, "electricity", day_readings(days), {"import"}).registers
    )


@pytest.mark.parametrize("priced", [{"import", "export"}, None])
def test_what_has_a_price_and_was_not_read_is_refused_by_name(priced: set[str] | None) -> None:
    registers = [mounted_register(), mounted_register(2, **EXPORT)]

    with pytest.raises(InputError, match="energy_export_total"):
        metered_usage(registers, "electricity", day_readings({1: packed_days(OCTOBER, 100)}), priced)


def test_consumption_that_was_not_read_is_refused_though_no_charge_counts_it() -> None:
    rates = [mounted_register(1, name="t1", meter="M"), mounted_register(2, name="t2", meter="M")]

    with pytest.raises(InputError, match="register t2 of meter M has no readings"):
        metered_usage(rates, "electricity", day_readings({1: packed_days(OCTOBER, 100)}), {"import_t1"})


def test_a_meter_of_which_nothing_is_left_says_what_was_not_read() -> None:
    with pytest.raises(InputError, match="register energy_export_total of meter M1 has no readings"):
        metered_usage([mounted_register(2, **EXPORT)], "electricity", day_readings({}), {"import"})
