from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from cloud_service.store.lists import metering
from cloud_service.store.lists.paging import Listing, ListQuery, page_of
from tests.cloud_service.store.conftest import Office
from tests.cloud_service.web.operator_rows import NOW, TODAY

QUERY = ListQuery()


def rows(office: Office, listing: Listing, query: ListQuery = QUERY) -> list[Any]:
    return list(page_of(office.session, listing, query).rows)


def test_a_meter_stands_with_its_place_and_its_last_day(office: Office) -> None:
    meters = rows(office, metering.meters(office.kilo, QUERY))

    assert [
        ("M-1", "Lake House", "import", TODAY - timedelta(days=1)),
        ("M-2", "Lake Shop", "import", date(2026, 11, 19)),
    ] == [(row.serial, row.site, row.registers, row.last_day) for row in meters]


def test_a_service_point_stands_with_its_meter_and_who_is_supplied(office: Office) -> None:
    (point,) = rows(office, metering.points(office.zeta, QUERY, TODAY))

    assert ("Hof 1", "M-3", "K-3", "Zoe Zorn") == (point.name, point.meter, point.contract, point.tenant)


@pytest.mark.parametrize(
    ("filters", "names"),
    [({"free": ("yes",)}, []), ({"meter": ("none",)}, []), ({"site": ("Lake Shop",)}, ["Lake Shop 1"])],
)
def test_service_points_are_filtered(office: Office, filters: Any, names: list[str]) -> None:
    query = ListQuery(filters=filters)

    assert names == [row.name for row in rows(office, metering.points(office.kilo, query, TODAY), query)]
    assert 2 == len(rows(office, metering.points(office.kilo, ListQuery(filters={"free": ("yes",)}), date(2024, 1, 1))))


def test_a_customer_sees_no_meter_by_its_site(office: Office) -> None:
    assert [] == rows(office, metering.meters(office.amina, QUERY))


@pytest.mark.parametrize(
    ("columns", "later", "state"),
    [
        ("", timedelta(), "online"),
        ("", timedelta(minutes=15), "offline"),
        ('health = \'{"status": {"state": "lost"}}\'', timedelta(), "offline"),
        ('health = \'{"report": {"state": "buffer full"}}\'', timedelta(), "degraded"),
        ('health = \'{"report": {"devices": [["m", 1, 2, 3, 1]]}}\'', timedelta(), "degraded"),
        ("last_seen_at = NULL", timedelta(), "never"),
        ("state = 'revoked'", timedelta(), "revoked"),
    ],
)
def test_a_gateway_says_by_its_reports_how_it_is(office: Office, columns: str, later: timedelta, state: str) -> None:
    if columns:
        office.session.execute(text(f"UPDATE gateway SET {columns} WHERE name = 'gw-K-1'"))
    gateway: Any = rows(office, metering.gateways(office.kilo, QUERY, NOW + later))[0]

    assert ("gw-K-1", "Lake House", state) == (gateway.name, gateway.site, gateway.state)


def test_refused_messages_stand_newest_first_and_leave_when_they_are_dealt_with(office: Office) -> None:
    insert = text(
        "INSERT INTO quarantine (gateway, topic, reason, body, created_at, resolved)"
        " VALUES ('gw-K-1', 't', :reason, :body, :at, :resolved)"
    )
    for hours, reason, resolved in ((0, "checksum", ""), (1, "unknown meter", ""), (2, "late", "sent again")):
        at: datetime = NOW + timedelta(hours=hours)
        office.session.execute(insert, {"reason": reason, "body": b"abc", "at": at, "resolved": resolved})
    query = ListQuery(filters={"resolved": ("no",)})
    waiting = rows(office, metering.quarantine(office.kilo, query), query)

    assert [("unknown meter", 3), ("checksum", 3)] == [(row.reason, row.size) for row in waiting]
    assert [] == rows(office, metering.quarantine(office.zeta, QUERY))
