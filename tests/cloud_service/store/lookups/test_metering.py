from datetime import date, timedelta

import pytest
from sqlalchemy import text

from cloud_service.store.lookups import metering
from common.errors import NotFoundError
from common.period import Span
from tests.cloud_service.store.conftest import Office
from tests.cloud_service.web.operator_rows import TODAY

DAYS = Span(TODAY - timedelta(days=2), TODAY)


def account_ids(office: Office, number: str) -> list[int]:
    return list(office.session.execute(text("SELECT id FROM account WHERE number = :n"), {"n": number}).scalars())


def test_a_meter_comes_with_where_it_hangs_and_its_registers(office: Office) -> None:
    page = metering.meter(office.session, office.kilo, office.operator.ids["M-1"])

    assert page.site is not None
    assert page.point is not None
    assert ("M-1", "Lake House", "Lake House 1", ["import"], 1) == (
        page.meter.serial, page.site.name, page.point.name, [register.name for register in page.registers],
        len(page.mounts),
    )  # fmt: skip


@pytest.mark.parametrize(("lookup", "name"), [("meter", "M-3"), ("gateway", "gw-K-3")])
def test_those_of_another_entity_do_not_exist(office: Office, lookup: str, name: str) -> None:
    with pytest.raises(NotFoundError, match=f"no such {lookup}"):
        getattr(metering, lookup)(office.session, office.kilo, office.operator.ids[name])


def test_days_of_a_register_are_those_of_the_span_in_order(office: Office) -> None:
    register = metering.meter(office.session, office.kilo, office.operator.ids["M-1"]).registers[0]

    assert [TODAY - timedelta(days=2), TODAY - timedelta(days=1)] == [
        day.day for day in metering.days_of(office.session, register.id, DAYS)
    ]


def test_the_newest_readings_come_first(office: Office) -> None:
    register = metering.meter(office.session, office.kilo, office.operator.ids["M-1"]).registers[0].id
    office.session.execute(text("SELECT ensure_reading_month('2026-11-01')"))
    for hour in (1, 3, 2):
        office.session.execute(
            text(
                "INSERT INTO reading (register_id, at, value, quality, source, sequence) VALUES (:r, :at, :v, 0, 1, :v)"
            ),
            {"r": register, "at": f"2026-11-19 0{hour}:00Z", "v": hour},
        )

    assert [3, 2] == [row.value for row in metering.latest_readings(office.session, register, rows=2)]


def test_a_gateway_comes_with_its_site_and_streams(office: Office) -> None:
    gateway, site, streams = metering.gateway(office.session, office.kilo, office.operator.ids["gw-K-1"])

    assert ("gw-K-1", "Lake House", []) == (gateway.name, site.name, streams)


def test_a_customers_use_is_summed_by_day_over_own_connections_only(office: Office) -> None:
    use = metering.daily_use(office.session, account_ids(office, "A-1"), DAYS)

    assert [(date(2026, 11, 18), 96 * 250, False), (date(2026, 11, 19), 96 * 250, False)] == [
        (row.day, row.total, row.gaps) for row in use
    ]
    assert ["M-1"] == [row.serial for row in metering.own_registers(office.session, account_ids(office, "A-1"), TODAY)]
    assert [] == metering.daily_use(office.session, [], DAYS)
