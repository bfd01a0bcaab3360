"""What validation knows of a register, and readings as columns."""

import numpy as np

from cloud_service.domain.metering.vee.series import FOREVER_MS, MountSpan, RegisterRules, readings
from common.reading import Quality

KWH = RegisterRules(1, "index", 900, "UTC")


def test_a_full_turn_is_known_from_the_digits_only() -> None:
    assert 0 == KWH.turn
    assert 1_000_000_000 == RegisterRules(1, "index", 900, "UTC", digits=6).turn  # thousandths


def test_a_power_limit_bounds_an_hour_with_a_tenth_of_margin() -> None:
    assert 10 * 1000 * 110 // 100 == RegisterRules(1, "index", 900, "UTC", power_max_kw=10).rate_max
    assert 2000 * 1000 * 110 // 100 == KWH.rate_max  # gross spikes only
    assert 0 == RegisterRules(1, "index", 900, "UTC", unit="m3").rate_max


def test_a_meter_that_was_never_mounted_counts_from_ever_to_ever() -> None:
    assert (MountSpan(-FOREVER_MS, FOREVER_MS),) == KWH.spans


def test_readings_are_actual_indexes_unless_said_otherwise() -> None:
    plain = readings([1, 2, 3], [10, 20, 30])

    assert [Quality.ACTUAL] * 3 == plain.quality.tolist()
    assert ([2, 3], [20, 30]) == (
        plain.where(slice(1, None)).at_ms.tolist(),
        plain.where(plain.value > 10).value.tolist(),
    )
    assert np.int64 == plain.step_s.dtype
