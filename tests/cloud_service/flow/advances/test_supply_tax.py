"""The tax of a contract's supply is that of its tariff on the day."""

from datetime import date
from decimal import Decimal

import pytest

from cloud_service.flow.advances.supply_tax import supply_tax
from common.errors import ConflictError
from tests.cloud_service.flow.advances.house import JANUARY, House


def test_the_tax_is_that_of_the_tariff_in_force(house: House) -> None:
    tax = supply_tax(house.world.session, house.contract, JANUARY)

    assert tax is not None
    assert ("VAT", "VAT 19 %", "S", Decimal(19)) == (tax.name, tax.label, tax.category, tax.percent)


def test_a_day_without_a_tariff_is_refused(house: House) -> None:
    with pytest.raises(ConflictError, match="no tariff prices this connection on 2025-12-31"):
        supply_tax(house.world.session, house.contract, date(2025, 12, 31))
