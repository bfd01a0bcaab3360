from datetime import UTC, date, datetime

import pytest

from cloud_service.store.sheets import references
from tests.books.world import World, build


@pytest.fixture
def world(session: object) -> World:
    return build(session, tenants=2)  # type: ignore[arg-type]  # the fixture's session


def test_clients_and_accounts_are_the_company_s(world: World) -> None:
    client = references.client_of_number(world.session, world.entity, "C1")
    assert client is not None
    assert [client] == references.clients_like(world.session, world.entity, "tenant 1", "TENANT1@example.com", "")
    assert [] == references.clients_like(world.session, world.entity, "Tenant 1", "", "+49")
    assert [("A1", client)] == [
        (row.number, row.client_id) for row in references.known_accounts(world.session, world.entity, client_id=client)
    ]
    assert "A1" == references.account_number(world.session, world.accounts[0])
    for other in (references.client_of_number(world.session, world.entity + 1, "C1"),
                  references.known_accounts(world.session, world.entity + 1, number="A1") or None):  # fmt: skip
        assert other is None


def test_a_tariff_is_known_by_code_and_by_name(world: World) -> None:
    for name in ("flat", "Flat"):
        assert ["flat"] == [tariff.code for tariff in references.known_tariffs(world.session, world.entity, name)]


def test_a_meter_is_known_with_its_registers_and_where_it_hung_in_a_span(world: World) -> None:
    (meter,) = references.known_meters(world.session, "S1", "")
    assert [] == references.known_meters(world.session, "S1", "EMH")
    assert ["import"] == references.register_names(world.session, meter.id)

    def hangs(at: datetime | None, until: datetime | None = None) -> list[str]:
        return [mount.point for mount in references.mounts_between(world.session, meter.id, -1, at, until)]

    early, late = datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
    assert [["House: Flat 1"], ["House: Flat 1"], []] == [
        hangs(None),
        hangs(late),
        hangs(early, early.replace(month=3)),
    ]


def test_a_contract_of_a_span_is_the_first_there(world: World) -> None:
    there = references.contract_between(world.session, 1, date(2026, 2, 1), None)

    assert there is not None
    assert ("V1", "Tenant 1", "A1", world.tariff, False) == (
        there.number, there.client, there.account, there.tariff_id, there.vacancy,
    )  # fmt: skip
    assert references.contract_between(world.session, 1, date(2025, 2, 1), date(2025, 3, 1)) is None


def test_taken_numbers_are_all_there_are(world: World) -> None:
    assert [{"C1", "C2"}, {"A1", "A2"}, {"V1", "V2"}] == [
        references.taken_numbers(world.session, table) for table in ("client", "account", "contract")
    ]
