"""What a connection used, alone or in a batch: only like with like, and only what a meter can count."""

import json
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from cloud_service.domain.pricing.usage import History, Intervals, Usage
from cloud_service.domain.rating.engine import rate_batch
from common.errors import InputError
from tests.cloud_service.domain.builders import (
    BERLIN,
    MARCH,
    energy,
    make_tariff,
    steady,
)

D = Decimal


def test_a_batch_of_unlike_connections_is_refused() -> None:
    quarter_hours, hours = Usage({"import": steady()}), Usage({"import": steady(minutes=60)})

    with pytest.raises(InputError, match="different steps"):
        rate_batch(make_tariff(energy()), [quarter_hours, hours], MARCH, BERLIN)
    with pytest.raises(InputError, match="different registers"):
        rate_batch(
            make_tariff(energy()), [quarter_hours, Usage({"import": steady(), "export": steady()})], MARCH, BERLIN
        )
    with pytest.raises(InputError, match="nothing to rate"):
        rate_batch(make_tariff(energy()), [], MARCH, BERLIN)


def test_history_survives_json() -> None:
    history = History(
        peaks={"demand": ((date(2026, 1, 1), D("12.5")),)},
        energy_credit={"energy": {"peak": D("3.25")}},
        money_credit={"export": D("1.10")},
        year_to_date={"minimum": D("20")},
        unrounded={"export": D("1.1004")},
    )

    assert history == History.from_json(json.loads(json.dumps(history.as_json())))


@pytest.mark.parametrize(("step_s", "scale"), [(7, 3), (900, 13)])
def test_steps_and_scales_that_no_meter_has_are_refused(step_s: int, scale: int) -> None:
    with pytest.raises(InputError):
        Intervals(np.zeros(4, dtype=np.int64), step_s, scale)
