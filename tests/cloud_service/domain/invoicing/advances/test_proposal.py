"""A proposal is a year's use, even over the year, at the prices ahead: the year's bills in equal parts."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cloud_service.domain.invoicing.advances.proposal import AdvanceProposal, ProposedSupply, YearlyUse, propose
from cloud_service.domain.tariffs.tariff import load_tariff
from common.errors import InputError
from tests.books.world import FLAT, ZONE

D = Decimal
START = date(2026, 1, 1)


def proposed(use: str = "3500", every: int = 1, **changes: Any) -> AdvanceProposal:
    supply = ProposedSupply([load_tariff(FLAT | changes)], ZONE, 1, {})
    return propose(supply, YearlyUse(D(use), "kWh"), START, every)


def test_the_year_is_priced_and_shared_by_its_periods() -> None:
    year = proposed()

    # 3500 kWh × 0.30 and 12 × 10.00, and 19 % of it, each month rounded by itself
    assert (D("1170.01"), D("222.29")) == (year.net, year.tax)
    assert (D(116), D(348)) == (year.amount, proposed(every=3).amount)


def test_prices_that_change_within_the_year_count_on_their_days() -> None:
    energy, standing = FLAT["charges"]
    dear = [
        energy | {"until": "2026-07-01"}, energy | {"id": "later", "price": "0.60", "from": "2026-07-01"}, standing
    ]  # fmt: skip

    assert D(1690) < proposed(charges=dear).net < D(1710)


def test_what_an_even_use_cannot_price_is_refused() -> None:
    energy, standing = FLAT["charges"]
    with pytest.raises(InputError, match="cannot be shared between import, import_night"):
        proposed(charges=[energy, energy | {"id": "night", "register": "import_night"}])
    with pytest.raises(InputError, match="without any use"):
        proposed("0")
    with pytest.raises(InputError, match="no prices for it"):
        proposed(charges=[standing])
