"""What a bill says of a register: both ends, read or reckoned, and what it counted between them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from msgspec import UNSET

from cloud_service.domain.rating.billed_register import register_source
from cloud_service.domain.rating.register_readings import DayEnds, MountedRegister, SharedStep, SpanReadings
from cloud_service.domain.rating.register_source import BilledIndex, RegisterSource
from common.period import day_start
from common.reading import Quality
from tests.cloud_service.domain.rating.readings import (
    OCTOBER,
    ZONE,
    day_readings,
    index_readings,
    mounted_register,
    packed_days,
)

START, END = day_start(OCTOBER.start, ZONE), day_start(OCTOBER.end, ZONE)
EXCHANGE = datetime(2026, 10, 14, 10, tzinfo=UTC)
COUNTED = 298_000  # 2,980 quarter hours of 100 Wh
READ = bytes(96)


def ms(at: datetime) -> int:
    return int(at.timestamp()) * 1000


def days_read(entry: tuple[datetime, int] | None, exit_: tuple[datetime, int] | None) -> SpanReadings:
    """October's days, with the readings at or before its beginning and its end."""
    first, last = (None if one is None else (ms(one[0]), one[1], 0) for one in (entry, exit_))
    ends = (DayEnds(READ, first, first), DayEnds(READ, first, last))
    return replace(day_readings({1: packed_days(OCTOBER, 100)}), ends={1: ends})


def source(readings: SpanReadings, register: MountedRegister | None = None) -> RegisterSource:
    return register_source("import", register or mounted_register(), readings)


def test_both_ends_that_were_read_are_said_as_they_were() -> None:
    said = source(days_read((START, 1_000), (END, 299_000)))

    assert (BilledIndex(START, 1_000), BilledIndex(END, 299_000), COUNTED) == (said.opened, said.closed, said.counted)
    assert UNSET is said.estimated


def test_an_end_that_nobody_read_is_reckoned_from_the_other_and_says_so() -> None:
    hour = timedelta(hours=1)
    no_start = source(days_read((START - hour, 1), (END, 299_000)))
    no_end = source(days_read((START, 1_000), (END - hour, 298_900)))

    assert BilledIndex(START, 1_000, estimated=True) == no_start.opened
    assert BilledIndex(END, 299_000, estimated=True) == no_end.closed


def test_an_index_that_was_estimated_makes_what_was_counted_an_estimate() -> None:
    read, guessed = days_read((START, 1_000), (END, 299_000)), (ms(END), 299_000, int(Quality.ESTIMATED))
    first, last = read.ends[1]
    said = source(replace(read, ends={1: (first, replace_exit(last, guessed))}))

    assert BilledIndex(END, 299_000, estimated=True) == said.closed
    assert (BilledIndex(START, 1_000), True) == (said.opened, said.estimated)


def replace_exit(day: DayEnds, exit_: tuple[int, int, int]) -> DayEnds:
    return DayEnds(day.qualities, day.entry, exit_)


def test_without_either_the_index_at_the_start_lies_between_the_readings_around_it() -> None:
    hour = timedelta(hours=1)
    around = replace(
        days_read((START - hour, 900), (END - hour, 1)), near={1: [(START - hour, 900), (START + hour, 1_100)]}
    )
    said = source(around)

    assert BilledIndex(START, 1_000, estimated=True) == said.opened
    assert BilledIndex(END, 299_000, estimated=True) == said.closed
    assert UNSET is source(replace(around, near={})).opened


def test_a_register_that_turned_over_shows_what_it_showed() -> None:
    turning = mounted_register(digits=3)
    said = source(days_read((START, 900_000), (END - timedelta(hours=1), 1)), turning)

    assert BilledIndex(END, 198_000, estimated=True) == said.closed
    began = source(days_read((START - timedelta(hours=1), 1), (END, 198_000)), turning)
    assert BilledIndex(START, 900_000, estimated=True) == began.opened


def test_an_exchanged_meter_ends_and_begins_with_its_own_indexes_at_the_exchange() -> None:
    readings = days_read((START, 1_000), (END, 171_000))
    old = source(readings, mounted_register(dismounted=EXCHANGE, closing=129_000))
    new = source(readings, mounted_register(mounted=EXCHANGE, opening=0))

    assert (BilledIndex(START, 1_000), BilledIndex(EXCHANGE, 129_000)) == (old.opened, old.closed)
    assert (BilledIndex(EXCHANGE, 0), BilledIndex(END, 171_000)) == (new.opened, new.closed)


def test_two_mounts_of_one_register_count_their_own_days_each() -> None:
    readings = days_read((START, 1_000), (END, 299_000))
    before = source(readings, mounted_register(dismounted=EXCHANGE, closing=129_000, multiplier="40"))
    after = source(readings, mounted_register(mounted=EXCHANGE, opening=129_000, multiplier="60"))

    assert COUNTED == before.counted + after.counted  # type: ignore[operator] # both are set
    assert 129_600 == before.counted  # 13 days and a half


def test_of_a_quarter_hour_in_which_the_multiplier_changed_each_mount_counts_what_fell_to_it() -> None:
    change = EXCHANGE + timedelta(minutes=7)
    first = mounted_register(dismounted=change, closing=129_047, multiplier="40")
    second = mounted_register(mounted=change, opening=129_047, multiplier="60")
    shared = [SharedStep(48, first.mounted_ms, 47), SharedStep(48, second.mounted_ms, 53)]  # from 12:00 in Berlin
    readings = replace(days_read((START, 1_000), (END, 299_000)), shared={(1, change.date()): shared})

    assert (129_647, COUNTED - 129_647) == (source(readings, first).counted, source(readings, second).counted)


def test_intervals_have_no_index() -> None:
    said = source(days_read(None, None), mounted_register(kind="interval"))

    assert (UNSET, UNSET, COUNTED) == (said.opened, said.closed, said.counted)


def test_a_register_without_days_says_the_index_at_the_ends_of_the_days_and_not_of_its_neighbours() -> None:
    day = timedelta(days=1)
    read = source(index_readings((START, 1_000), (END, 32_000)))
    between = source(index_readings((START - day, 1_000), (END + day, 1_000 + 33 * 24 + 1)))  # with a 25-hour day

    assert (BilledIndex(START, 1_000), BilledIndex(END, 32_000), 31_000) == (read.opened, read.closed, read.counted)
    assert (UNSET, True) == (read.estimated, between.estimated)
    assert BilledIndex(START, 1_024, estimated=True) == between.opened
    assert (BilledIndex(END, 1_024 + 31 * 24 + 1, estimated=True), 745) == (between.closed, between.counted)
