import pytest

from cloud_service.store.lookups.tariffs import tariff
from common.errors import NotFoundError
from tests.cloud_service.store.conftest import Office


def test_a_tariff_comes_with_its_versions(office: Office) -> None:
    row, versions = tariff(office.session, office.kilo, office.operator.ids["T-K-1"])

    assert ("T-K-1", ["Tariff K-1"]) == (row.code, [version.document["name"] for version in versions])


def test_a_tariff_of_another_entity_does_not_exist(office: Office) -> None:
    with pytest.raises(NotFoundError, match="no such tariff"):
        tariff(office.session, office.zeta, office.operator.ids["T-K-1"])
