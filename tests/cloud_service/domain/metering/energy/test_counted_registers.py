"""Which registers of a meter are its energy."""

from cloud_service.domain.metering.energy.counted_registers import Measure, counted_registers
from tests.cloud_service.domain.metering.energy.placed import placed


def names(*registers: object) -> list[str]:
    return [register.register for register in counted_registers(registers).get(1, [])]  # type: ignore[arg-type]


def test_rates_beside_their_total_are_left_out_and_rates_alone_count_together() -> None:
    total, day, night = placed(), placed(register="T1"), placed(register="T2")

    assert ["import"] == names(day, total, night)
    assert ["T1", "T2"] == names(day, night)


def test_what_is_not_billed_counts_only_where_nothing_of_the_meter_is() -> None:
    total, rate = placed(billed=False), placed(register="T1", billed=False)

    assert ["import"] == names(total, rate)
    assert ["T9"] == names(total, placed(register="T9"))
    assert [] == names(rate, placed(register="T2", billed=False))  # nobody says that they add up
    assert ["T1"] == names(rate)


def test_what_was_never_read_counts_only_where_a_bill_waits_for_it() -> None:
    never = {"first_known": None}

    assert ["import"] == names(placed(**never))
    assert [] == names(placed(register="export", direction="export", **never))
    assert [] == names(placed(billed=False, **never))
    assert ["T1", "T2"] == names(placed(**never), placed(register="T1"), placed(register="T2"))


def test_each_direction_unit_and_quantity_counts_by_itself() -> None:
    roof = placed(register="export", direction="export")
    reactive = placed(register="import_q", quantity="reactive_energy", unit="kvarh")

    assert ["import", "export", "import_q"] == names(placed(), roof, reactive)
    assert Measure("electricity", "kvarh", "import") == reactive.measure


def test_a_meter_that_moved_counts_at_each_of_its_places() -> None:
    assert {1: 1, 2: 1} == {mount: len(counted) for mount, counted in counted_registers(
        [placed(), placed(mount_id=2, point_id=2)]
    ).items()}  # fmt: skip
