"""The sum of what billed registers counted."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np

from cloud_service.domain.rating.consumption import Consumption, consumption
from cloud_service.domain.rating.register_readings import MountedRegister, PackedDays, SpanReadings
from common.period import Span, intervals_in_day
from common.reading import Kind

TEN_DAYS = Span(date(2026, 10, 1), date(2026, 10, 11))


def register(id_: int, name: str = "import", **options: Any) -> MountedRegister:
    columns = {
        "quantity": "active_energy", "direction": "import", "unit": "kWh", "kind": Kind.INDEX, "digits": None,
        "step_s": 900, "meter": "M", "mounted": datetime(2026, 1, 1, tzinfo=UTC), "dismounted": None,
        "multiplier": Decimal(1), "opening": None, "closing": None,
    }  # fmt: skip
    return MountedRegister(register_id=id_, name=name, **(columns | options))


def counted(*registers: MountedRegister, utility: str = "electricity", empty: bool = False) -> Consumption:
    """Each register counts 1.000 a day times its id."""
    days = {}
    for one in registers:
        values = []
        for day in TEN_DAYS:
            steps = np.zeros(intervals_in_day(day, "Europe/Berlin", 900), dtype="<i8")
            steps[0] = one.register_id * 1000
            values.append(steps.tobytes())
        days[one.register_id] = PackedDays(tuple(TEN_DAYS), 900, b"".join(values), (0,) * TEN_DAYS.days)
    return consumption(registers, utility, SpanReadings(TEN_DAYS, "Europe/Berlin", days, {}), empty=empty)


def test_rates_are_added_and_a_register_that_counts_them_together_takes_their_place() -> None:
    day, night = register(1, "import_day"), register(2, "import_night")

    assert Consumption(Decimal("30.000"), "kWh") == counted(day, night)
    assert Consumption(Decimal("40.000"), "kWh") == counted(day, night, register(4, "import_total"))


def test_what_is_fed_in_and_what_is_reactive_is_no_consumption() -> None:
    export = register(5, "export", direction="export")
    reactive = register(7, "reactive", quantity="reactive_energy", unit="kvarh")

    assert Consumption(Decimal("10.000"), "kWh") == counted(register(1), export, reactive)
    assert Consumption(Decimal("10.000"), "kWh") == counted(register(1, "heat"), export, utility="heat")


def test_water_counts_in_its_own_unit_times_its_multiplier() -> None:
    water = register(1, "volume", unit="m3", quantity="volume", multiplier=Decimal("2.5"))

    assert Consumption(Decimal(25), "m3") == counted(water, utility="water")


def test_an_empty_flat_counts_from_the_day_its_meter_came_to_the_day_it_went() -> None:
    hung = register(1, mounted=datetime(2026, 10, 3, 10, tzinfo=UTC), dismounted=datetime(2026, 10, 6, 10, tzinfo=UTC))
    steps_at_midnight = 3  # of the 4th, 5th and 6th; that of the 3rd was before it came

    assert Consumption(Decimal(steps_at_midnight), "kWh") == counted(hung, empty=True)
