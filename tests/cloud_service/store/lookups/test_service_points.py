import pytest
from sqlalchemy import text

from cloud_service.store.lookups.service_points import mounts_at, point
from common.errors import NotFoundError
from tests.cloud_service.store.conftest import Office


def test_a_point_comes_with_its_meter_contract_and_registers(office: Office) -> None:
    page = point(office.session, office.kilo, office.operator.ids["Lake House 1"])

    assert ("Lake House 1", "Lake House", ["M-1"], ["K-1"], ["import"]) == (
        page.point.name, page.site.name, [row.Meter.serial for row in page.mounts],
        [row.Contract.number for row in page.contracts], [register.name for register in page.registers],
    )  # fmt: skip
    assert (None, [], None) == (page.above, page.below, page.owner)


def test_points_know_what_hangs_above_and_below_them(office: Office) -> None:
    office.session.execute(
        text(
            "UPDATE service_point SET parent_id = (SELECT id FROM service_point WHERE name = 'Lake House 1')"
            " WHERE name = 'Lake Shop 1'"
        )
    )
    above = point(office.session, office.kilo, office.operator.ids["Lake House 1"])
    below = point(office.session, office.kilo, office.operator.ids["Lake Shop 1"])

    assert below.above is not None
    assert (["Lake Shop 1"], "Lake House 1") == ([row.name for row in above.below], below.above.name)


def test_a_meter_that_was_taken_down_stays_in_the_history_and_bills_nothing(office: Office) -> None:
    office.session.execute(text("UPDATE meter_mount SET during = tstzrange(lower(during), '2026-11-01Z')"))
    page = point(office.session, office.kilo, office.operator.ids["Lake House 1"])

    assert (1, []) == (len(mounts_at(office.session, page.point.id)), page.registers)


def test_a_point_of_another_entity_does_not_exist(office: Office) -> None:
    with pytest.raises(NotFoundError, match="no such service point"):
        point(office.session, office.zeta, office.operator.ids["Lake House 1"])
