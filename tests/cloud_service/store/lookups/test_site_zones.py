from sqlalchemy import text

from cloud_service.store.lookups.ids_by_name import meter_id, point_id
from cloud_service.store.lookups.site_zones import meter_zone, point_zone, site_zones
from tests.cloud_service.store.conftest import Office


def test_a_meter_and_a_point_are_read_by_the_clock_of_their_site(office: Office) -> None:
    zone = office.session.execute(text("SELECT timezone FROM site WHERE name = 'Lake House'")).scalar_one()

    assert zone == meter_zone(office.session, meter_id(office.session, "M-1"))
    assert zone == point_zone(office.session, point_id(office.session, "Lake House 1"))


def test_a_meter_that_never_hung_has_no_clock(office: Office) -> None:
    meter = office.session.execute(
        text("INSERT INTO meter (name, serial, maker) VALUES ('new', 'new', '') RETURNING id")
    ).scalar_one()

    assert "" == meter_zone(office.session, meter)


def test_every_zone_of_the_sites_is_named_once(office: Office) -> None:
    zones = site_zones(office.session)

    assert sorted(set(zones)) == zones
    assert set(office.session.execute(text("SELECT timezone FROM site")).scalars()) == set(zones)
