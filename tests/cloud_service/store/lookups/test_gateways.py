import json
from typing import Any

from sqlalchemy import text

from cloud_service.store.lists.metering import gateways
from cloud_service.store.lists.paging import ListQuery, page_of
from cloud_service.store.lookups.gateways import announced_meters, gateway_troubles, points_without_meter
from cloud_service.store.lookups.metering import gateway
from cloud_service.store.metering.gateway_streams import quarantine
from cloud_service.store.metering.tables import Gateway
from common.message import Catalog, Channel, encode
from tests.cloud_service.store.conftest import Office
from tests.cloud_service.web.operator_rows import NOW


def gateway_row(office: Office, name: str = "gw-K-1") -> Gateway:
    return gateway(office.session, office.kilo, office.operator.ids[name])[0]


def announce(office: Office, *meters: str, version: int = 1, epoch: int = 7) -> None:
    channels = tuple(Channel(meter, "import", "kWh", "index") for meter in meters)
    fields = {"gateway": gateway_row(office).id, "epoch": str(epoch), "version": version}
    office.session.execute(
        text("INSERT INTO stream (gateway_id, epoch) VALUES (:gateway, :epoch) ON CONFLICT DO NOTHING"), fields
    )
    office.session.execute(
        text(
            "INSERT INTO stream_catalog (stream_id, version, payload)"
            " SELECT id, :version, :payload FROM stream WHERE gateway_id = :gateway AND epoch = :epoch"
        ),
        {**fields, "payload": encode(Catalog(epoch, version, channels))},
    )


def report(office: Office, *devices: list[Any]) -> None:
    office.session.execute(
        text("UPDATE gateway SET health = :health WHERE name = 'gw-K-1'"),
        {"health": json.dumps({"report": {"devices": devices}})},
    )
    office.session.expire_all()


def test_meters_of_the_newest_catalog_come_with_where_they_hang(office: Office) -> None:
    announce(office, "meter-M-1")
    announce(office, "meter-M-1", "new-1", version=2)
    meters = {meter.name: meter for meter in announced_meters(office.session, gateway_row(office))}

    assert {"meter-M-1", "new-1"} == meters.keys()
    assert (("import",), "M-1", "Lake House 1") == (
        meters["meter-M-1"].registers, meters["meter-M-1"].serial, meters["meter-M-1"].point,
    )  # fmt: skip
    assert ("", None) == (meters["new-1"].point, meters["new-1"].public_id)


def test_a_meter_that_does_not_answer_is_announced_by_the_report_and_comes_first(office: Office) -> None:
    announce(office, "meter-M-1")
    report(office, ["meter-M-1", "cellar", 10, 0, 0, ""], ["silent", "cellar", 10, 10, 1_700_000_000_000, "no answer"])
    listed = page_of(office.session, gateways(office.kilo, ListQuery(text="gw-K-1"), NOW), ListQuery()).rows
    assert ["1 / 2"] == [row.meters_read for row in listed]
    silent, good = announced_meters(office.session, gateway_row(office))

    assert ("silent", "no answer", 2023) == (
        silent.name,
        silent.error,
        silent.failing_since.year if silent.failing_since else 0,
    )
    assert ("meter-M-1", None) == (good.name, good.failing_since)


def test_a_report_of_another_version_is_no_fault(office: Office) -> None:
    announce(office, "meter-M-1")
    report(office, ["meter-M-1"])

    assert ["meter-M-1"] == [meter.name for meter in announced_meters(office.session, gateway_row(office))]


def test_places_without_a_meter_are_those_of_the_site(office: Office) -> None:
    site = gateway_row(office).site_id
    assert [] == points_without_meter(office.session, site)
    office.session.execute(text("INSERT INTO service_point (site_id, name) VALUES (:site, 'Flat 2')"), {"site": site})

    assert ["Flat 2"] == [name for _id, name in points_without_meter(office.session, site)]


def test_each_number_of_the_dashboard_is_the_sum_of_its_list(office: Office) -> None:
    office.session.execute(text("UPDATE gateway SET last_seen_at = '2026-11-19 12:00+00' WHERE name <> 'gw-K-2'"))
    for name, times in (("gw-K-1", 3), ("gw-K-2", 2), ("gw-K-3", 9), ("gw-strange", 4)):
        for _ in range(times):
            quarantine(office.session, gateway=name, topic="t", reason="bad_time", detail="", body=b"")
    assert office.kilo.entities
    troubles = gateway_troubles(office.session, next(iter(office.kilo.entities)), NOW)

    def listed(**filters: tuple[str, ...]) -> dict[str, int]:
        query = ListQuery(filters=filters)
        return {row.name: row.refused for row in page_of(office.session, gateways(office.kilo, query, NOW), query).rows}

    assert (1, 5, 2) == (troubles.offline, troubles.refused_messages, troubles.refusing_gateways)
    assert ["gw-K-1"] == list(listed(status=("offline",)))
    assert {"gw-K-1": 3, "gw-K-2": 2} == listed(refused=("yes",))
