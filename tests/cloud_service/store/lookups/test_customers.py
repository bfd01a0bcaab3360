import pytest

from cloud_service.store.lookups import customers
from common.errors import NotFoundError
from tests.cloud_service.store.conftest import Office


def test_a_client_and_an_account_are_found_by_their_public_ids(office: Office) -> None:
    ids = office.operator.ids
    account, client = customers.account(office.session, office.kilo, ids["A-1"])

    assert ("Amina Wanjiku", "A-1", "Amina Wanjiku") == (
        customers.client(office.session, office.kilo, ids["Amina"]).name, account.number, client.name,
    )  # fmt: skip


@pytest.mark.parametrize(("lookup", "name"), [("client", "Zoe"), ("account", "Z-1"), ("connection", "K-3")])
def test_those_of_another_entity_do_not_exist(office: Office, lookup: str, name: str) -> None:
    with pytest.raises(NotFoundError, match=f"no such {lookup}"):
        getattr(customers, lookup)(office.session, office.kilo, office.operator.ids[name])


def test_a_connection_comes_with_its_place_meter_and_tariff(office: Office) -> None:
    found = customers.connection(office.session, office.kilo, office.operator.ids["K-1"])

    assert ("K-1", "A-1", "Lake House 1", "Lake House", ["M-1"], ["T-K-1"]) == (
        found.contract.number, found.account.number, found.point.name, found.site.name,
        [row.Meter.serial for row in found.mounts], [row.Tariff.code for row in found.tariffs],
    )  # fmt: skip


def test_a_customer_has_own_accounts_only(office: Office) -> None:
    assert ["A-1"] == [account.number for account in customers.own_accounts(office.session, office.amina)]
    assert "Amina Wanjiku" == customers.own_client(office.session, office.amina).name
