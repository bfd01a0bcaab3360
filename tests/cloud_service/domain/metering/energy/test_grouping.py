"""Windows under sites, clients, meters and utilities."""

from datetime import date

from cloud_service.domain.metering.energy.grouping import GroupBy, Placement, Tenancy, placements
from common.period import Span
from tests.cloud_service.domain.metering.energy.placed import placed

MARCH = Span(date(2026, 3, 1), date(2026, 4, 1))
ANN = Tenancy(1, date(2025, 1, 1), date(2026, 3, 11), "a", "C-1", "Ann")
BOB = Tenancy(1, date(2026, 3, 20), None, "b", "C-2", "Bob")


def by(group_by: GroupBy, client: str = "") -> list[Placement]:
    return placements(group_by, [placed()], {1: [ANN, BOB]}, MARCH, client=client)


def spans(placed_windows: list[Placement]) -> list[tuple[str, int, date]]:
    return [(each.group.name, each.window.start.day, each.window.end) for each in placed_windows]


def test_a_flat_has_each_client_on_its_days_and_nobody_between() -> None:
    assert [
        ("Ann", 1, date(2026, 3, 11)), ("", 11, date(2026, 3, 20)), ("Bob", 20, date(2026, 4, 1)),
    ] == spans(by(GroupBy.CLIENT))  # fmt: skip


def test_a_client_alone_has_its_own_days_whatever_it_is_looked_at_by() -> None:
    assert [("M1", 20, date(2026, 4, 1))] == spans(by(GroupBy.METER, "b"))
    assert [("Bob", 20, date(2026, 4, 1))] == spans(by(GroupBy.CLIENT, "b"))
    assert [] == by(GroupBy.SITE, "c")


def test_a_meter_is_shown_with_who_was_there_last() -> None:
    (meter,) = by(GroupBy.METER)
    assert ("m1", "M1", "Flat", "House", "Bob") == (
        meter.group.id, meter.group.name, meter.group.place, meter.group.site, meter.group.tenant,
    )  # fmt: skip
    assert ["House", "electricity"] == [by(group)[0].group.name for group in (GroupBy.SITE, GroupBy.UTILITY)]


def test_a_contract_that_ended_on_the_day_it_began_has_no_days() -> None:
    never = Tenancy(1, date(2026, 3, 5), date(2026, 3, 5), "n", "C-3", "Never")

    assert [("", 1, date(2026, 4, 1))] == spans(placements(GroupBy.CLIENT, [placed()], {1: [never]}, MARCH))
