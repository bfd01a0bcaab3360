"""Which readings are believed: spikes and resets are set aside, rollovers count on, estimates give way to the truth."""

from cloud_service.domain.metering.vee.plausible import believed_readings
from cloud_service.domain.metering.vee.series import RegisterRules, readings
from common.reading import Quality

RULES = RegisterRules(1, "index", 900, "UTC", digits=5, power_max_kw=75)
STEP_MS = 900_000


def verdict(*indexes_kwh: float, rules: RegisterRules = RULES, quality: tuple[int, ...] | None = None) -> list[str]:
    """`ok` or the reason for each of the readings, one a quarter hour."""
    given = readings(
        [n * STEP_MS for n in range(len(indexes_kwh))], [round(kwh * 1000) for kwh in indexes_kwh], quality
    )
    believed, rejected = believed_readings(rules, given)
    reasons = {reading.at_ms // STEP_MS: reading.reason for reading in rejected}
    assert all((n in reasons) != bool(ok) for n, ok in enumerate(believed.tolist()))
    return [reasons.get(n, "ok") for n in range(len(indexes_kwh))]


def test_a_growing_counter_is_believed() -> None:
    assert ["ok"] * 4 == verdict(100, 101, 101, 115.5)


def test_a_counter_that_drops_to_zero_for_a_moment_loses_nothing() -> None:
    assert ["ok", "ok", "spike", "ok", "ok"] == verdict(100, 101, 0, 102, 103)
    assert ["ok", "ok", "reset", "reset", "reset", "ok", "ok"] == verdict(100, 101, 0, 0, 0, 102, 103)


def test_a_spike_upwards_is_set_aside() -> None:
    assert ["ok", "ok", "spike", "ok"] == verdict(100, 101, 9000, 102)


def test_a_spike_that_the_meter_could_have_counted_is_belied_by_the_next_reading() -> None:
    assert ["ok", "spike", "ok", "ok"] == verdict(100, 110, 101, 102)


def test_a_new_meter_without_a_recorded_exchange_waits_and_is_no_negative_day() -> None:
    assert ["ok", "ok", "reset", "reset", "reset"] == verdict(100, 101, 3, 4, 5)


def test_a_counter_that_was_reset_and_climbs_past_the_old_index_still_waits() -> None:
    assert ["ok", "reset", "reset", "reset", "reset"] == verdict(10, 0, 5, 9, 12)


def test_a_jump_upwards_waits_for_an_explanation() -> None:
    assert ["ok", "ok", "jump", "jump", "jump"] == verdict(100, 101, 5000, 5001, 5002)


def test_the_last_odd_reading_is_set_aside_until_more_is_known() -> None:
    assert ["ok", "ok", "spike"] == verdict(100, 101, 3)


def test_a_rollover_of_the_digits_counts_on() -> None:
    assert ["ok"] * 4 == verdict(99_990, 99_999, 4, 8)
    assert ["ok", "ok", "reset", "reset"] == verdict(99_990, 99_999, 4, 8, rules=RegisterRules(1, "index", 900, "UTC"))


def test_without_a_power_limit_a_small_rollover_is_believed_and_a_large_one_is_not() -> None:
    water = RegisterRules(1, "index", 900, "UTC", digits=4, unit="m3")

    assert ["ok", "ok", "ok"] == verdict(9_990, 5, 6, rules=water)
    assert ["ok", "reset", "reset"] == verdict(5_000, 5, 6, rules=water)


def test_unusable_readings_are_never_believed() -> None:
    given = readings([0, STEP_MS, 2 * STEP_MS], [1, 2, 3], [Quality.ACTUAL, Quality.SUSPECT, Quality.MISSING])

    believed, _ = believed_readings(RULES, given)

    assert [True, False, False] == believed.tolist()


def test_an_estimate_is_believed_until_an_actual_reading_contradicts_it() -> None:
    actual, guess = Quality.ACTUAL, Quality.ESTIMATED

    assert ["ok", "ok"] == verdict(100, 120, quality=(actual, guess))
    assert ["ok", "ok", "ok"] == verdict(100, 110, 112, quality=(actual, guess, actual))
    assert ["ok", "estimate", "ok"] == verdict(100, 118, 112, quality=(actual, guess, actual))
    assert ["ok", "ok", "estimate"] == verdict(100, 105, 104, quality=(actual, guess, guess))
