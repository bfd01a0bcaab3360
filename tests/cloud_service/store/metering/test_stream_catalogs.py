"""What channel numbers mean, kept at hand for a process."""

from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy.orm import Session

from cloud_service.store.metering import gateway_streams
from cloud_service.store.metering.gateway_streams import GatewayIdentity
from cloud_service.store.metering.stream_catalogs import TTL_S, Catalogs
from common.errors import InputError
from common.message import Catalog, Channel, encode
from tests.cloud_service.plant import add_gateway, add_meter, add_site

Owner = psycopg.Connection[object]
IMPORT = Channel("M1", "energy_import_total", "kWh", "index")
EXPORT = Channel("M1", "energy_export_total", "kWh", "index")


class Clock:
    """Seconds that pass when told so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def gateway(session: Session, owner: Owner) -> GatewayIdentity:
    add_gateway(owner)
    return gateway_streams.gateways(session, ["gw-1"])["gw-1"]


def keeper(session: Session, gateway: GatewayIdentity) -> tuple[Catalogs, Clock, Callable[..., None]]:
    """Catalogs that know stream 7 of the gateway, their clock, and a way to hand catalogs in."""
    clock = Clock()
    catalogs = Catalogs(clock)
    catalogs.look_up(session, [(gateway.id, 7)])

    def add(version: int, *channels: Channel) -> None:
        catalog = Catalog(7, version, channels)
        catalogs.add(session, gateway, catalogs.stream(gateway, 7), catalog, encode(catalog))

    return catalogs, clock, add


def test_a_version_that_was_not_sent_means_nothing(session: Session, gateway: GatewayIdentity) -> None:
    catalogs, _, _ = keeper(session, gateway)

    assert catalogs.meaning(session, gateway, catalogs.stream(gateway, 7), 1) is None


def test_unknown_registers_are_made_and_intervals_keep_their_step(session: Session, gateway: GatewayIdentity) -> None:
    catalogs, _, add = keeper(session, gateway)
    add(1, IMPORT, Channel("M2", "profile", "kWh", "interval"), Channel("M3", "voltage", "V", "instant"))
    meaning = catalogs.meaning(session, gateway, catalogs.stream(gateway, 7), 1)
    assert meaning is not None

    assert [0, 900, 0] == meaning.step_s.tolist()
    assert 3 == len(set(meaning.register_id.tolist()))
    assert set(meaning.register_id.tolist()[:2]) == set(meaning.zones)  # what validation cares for


def test_a_later_catalog_may_add_numbers_and_change_none(session: Session, gateway: GatewayIdentity) -> None:
    _, _, add = keeper(session, gateway)
    add(1, IMPORT)
    add(2, IMPORT, EXPORT)

    with pytest.raises(InputError, match="catalogs 1 and 3 disagree"):
        add(3, EXPORT, IMPORT)
    with pytest.raises(InputError, match="catalog 1 came before with other content"):
        add(1, EXPORT)


def test_a_meter_of_another_site_is_refused(session: Session, owner: Owner, gateway: GatewayIdentity) -> None:
    add_meter(owner, "M1", add_site(owner, "Elsewhere"))
    _, _, add = keeper(session, gateway)

    with pytest.raises(InputError, match="meter M1 belongs to another site"):
        add(1, IMPORT)


def test_a_register_that_counts_another_unit_is_refused(
    session: Session, owner: Owner, gateway: GatewayIdentity
) -> None:
    add_meter(owner, "M1", unit="m3")
    _, _, add = keeper(session, gateway)

    with pytest.raises(InputError, match="M1 energy_import_total counts m3, not kWh"):
        add(1, IMPORT)


def test_what_a_failed_transaction_learnt_is_forgotten(session: Session, gateway: GatewayIdentity) -> None:
    catalogs, _, add = keeper(session, gateway)
    stream = catalogs.stream(gateway, 7)
    catalogs.commit()
    add(1, IMPORT)
    session.rollback()
    catalogs.roll_back()

    assert stream == catalogs.stream(gateway, 7)
    assert catalogs.meaning(session, gateway, stream, 1) is None


def test_a_meaning_is_looked_up_again_after_a_while(session: Session, owner: Owner, gateway: GatewayIdentity) -> None:
    session.commit()
    catalogs, clock, add = keeper(session, gateway)
    stream = catalogs.stream(gateway, 7)
    add(1, IMPORT)
    session.commit()
    catalogs.commit()
    first = catalogs.meaning(session, gateway, stream, 1)
    session.commit()
    owner.execute("UPDATE register SET kind = 'interval', step_s = 1800")
    again = catalogs.meaning(session, gateway, stream, 1)
    clock.now = TTL_S
    anew = catalogs.meaning(session, gateway, stream, 1)

    assert first is again
    assert anew is not None
    assert [1800] == anew.step_s.tolist()


def test_after_a_doubt_the_database_is_asked_again(session: Session, gateway: GatewayIdentity) -> None:
    catalogs, _, add = keeper(session, gateway)
    stream = catalogs.stream(gateway, 7)
    add(1, IMPORT)
    catalogs.commit()
    catalogs.forget()
    catalogs.look_up(session, [(gateway.id, 7)])

    assert stream == catalogs.stream(gateway, 7)
    assert catalogs.meaning(session, gateway, stream, 1) is not None
