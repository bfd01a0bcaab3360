"""What a sum leaves out: main meters in the direction in which they feed, virtual registers of registers in it."""

from datetime import date
from typing import Any

from cloud_service.domain.metering.energy.counted_twice import counted_twice
from cloud_service.domain.metering.energy.grouping import GroupBy, Placement, placements
from common.period import Span
from tests.cloud_service.domain.metering.energy.placed import placed

E = ("electricity", "kWh")
FEEDING = {(2, *E): (1, *E)}


def at(point: int, register: int, **changes: Any) -> Placement:
    registers = [placed(point_id=point, register_id=register, mount_id=point, **changes)]
    return placements(GroupBy.SITE, registers, {}, Span(date(2026, 3, 1), date(2026, 3, 2)))[0]


def test_a_main_meter_is_left_out_in_the_direction_that_others_below_count_too() -> None:
    main, main_given = at(1, 1), at(1, 2, direction="export")
    twice = counted_twice([main, main_given, at(2, 3)], FEEDING)

    assert (True, False, False) == (twice.has(main), twice.has(main_given), twice.has(at(2, 3)))


def test_a_virtual_register_is_left_out_beside_one_of_its_parts_only() -> None:
    virtual = at(3, 9, parts=frozenset({1, 7}))

    assert counted_twice([virtual, at(1, 1)], FEEDING).has(virtual)
    assert not counted_twice([virtual, at(2, 3)], FEEDING).has(virtual)
