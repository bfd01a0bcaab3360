from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from cloud_service.store.lookups.ids_by_name import site_id
from cloud_service.store.metering import gateways
from common.errors import NotFoundError
from tests.books.world import build

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_a_broker_is_told_who_may_enter_and_who_no_longer(session: Session) -> None:
    build(session, tenants=1)
    house = site_id(session, "House")
    for name in ("gw-b", "gw-a", "gw-c"):
        new = gateways.add(session, name=name, site_id=house, password_hash=f"$7$of {name}", at=NOW)
    gateways.set_password(session, new, "$7$another", NOW)
    gateways.revoke(session, new - 1, NOW)
    users = gateways.broker_users(session)

    assert {"gw-b": "$7$of gw-b", "gw-c": "$7$another"} == users.hashes
    assert {"gw-a"} == users.revoked


def test_a_gateway_comes_with_its_site(session: Session) -> None:
    build(session, tenants=1)
    new = gateways.add(session, name="gw-a", site_id=site_id(session, "House"), password_hash="", at=NOW)

    assert gateways.RegisteredGateway(new, "gw-a", "registered", "House") == gateways.locked(session, new)
    with pytest.raises(NotFoundError, match="no gateway"):
        gateways.locked(session, new + 1)
