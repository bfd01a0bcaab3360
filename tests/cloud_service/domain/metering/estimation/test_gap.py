"""Where the gaps of a register are: before, between and after its readings, within its mounts."""

import numpy as np

from cloud_service.domain.metering.estimation.gap import ReadingGap, index_gaps, interval_gaps
from cloud_service.domain.metering.vee.series import MountSpan, RegisterRules, readings
from common.reading import Quality

H = 3_600_000


def rules(*mounts: MountSpan, kind: str = "index", digits: int | None = None) -> RegisterRules:
    return RegisterRules(1, kind, 3600, "UTC", digits=digits, mounts=mounts)


def test_between_two_readings_a_gap_knows_its_energy() -> None:
    given = readings([0, H, 5 * H, 6 * H], [1000, 1500, 4500, 5000])

    assert [ReadingGap(H, 5 * H, 1500, 4500, 3000)] == index_gaps(rules(), given, 0, 6 * H)


def test_readings_up_to_an_hour_apart_leave_no_gap_however_short_the_steps_of_bills_are() -> None:
    quarter_hours = RegisterRules(1, "index", 900, "UTC")
    given = readings([0, H // 2, 3 * H // 2, 2 * H, 15 * H // 4], [0, 10, 20, 30, 40])

    assert [ReadingGap(2 * H, 15 * H // 4, 30, 40, 10)] == index_gaps(quarter_hours, given, 0, 15 * H // 4)


def test_before_the_first_and_after_the_last_reading_a_gap_is_cut_to_the_time_that_is_asked_for() -> None:
    given = readings([3 * H, 4 * H], [1000, 1500])

    before, after = index_gaps(rules(), given, H, 9 * H)

    assert ReadingGap(H, 3 * H, after=1000) == before
    assert ReadingGap(4 * H, 9 * H, before=1500) == after


def test_an_opening_index_is_a_reading_and_a_gap_ends_with_its_mount() -> None:
    given = readings([3 * H], [1000])
    mounts = MountSpan(H, 6 * H, opening=400), MountSpan(8 * H, opening=0)

    gaps = index_gaps(rules(*mounts), given, 0, 10 * H)

    assert [ReadingGap(H, 3 * H, 400, 1000, 600), ReadingGap(3 * H, 6 * H, before=1000)] == gaps[:2]
    assert [ReadingGap(8 * H, 10 * H, before=0)] == gaps[2:]


def test_a_rollover_counts_on_and_a_register_never_read_has_one_gap_without_an_index() -> None:
    given = readings([0, 5 * H], [99_000, 2_000])

    assert 3_000 == index_gaps(rules(digits=2), given, 0, 5 * H)[0].known_energy
    assert [ReadingGap(0, 5 * H)] == index_gaps(rules(), readings((), ()), 0, 5 * H)
    assert not ReadingGap(0, 5 * H).is_anchored


def test_values_that_are_not_believed_do_not_end_a_gap() -> None:
    given = readings([0, H, 5 * H, 6 * H], [9_000, 9_500, 100, 200])

    assert [ReadingGap(H, 6 * H, before=9_500)] == index_gaps(rules(), given, 0, 6 * H)


def test_an_interval_register_has_gaps_where_steps_have_no_value_while_it_hung_there() -> None:
    codes = np.array([4, 0, 3, 4, 2, 4], dtype=np.uint8)
    grid = [n * H for n in range(7)]

    gaps = interval_gaps(rules(MountSpan(H, 6 * H), kind="interval"), grid, codes)

    assert [(2 * H, 4 * H), (5 * H, 6 * H)] == [(gap.start_ms, gap.end_ms) for gap in gaps]
    assert not interval_gaps(rules(kind="interval"), grid, np.full(6, Quality.ACTUAL, np.uint8))
