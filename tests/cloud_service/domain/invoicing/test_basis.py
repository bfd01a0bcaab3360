"""What an invoice keeps of what it was made from."""

from datetime import date

from msgspec import UNSET

from cloud_service.domain.invoicing.basis import InvoiceBasis, billed_contract, use_by_month
from cloud_service.domain.pricing.record_json import from_json, to_json
from cloud_service.domain.rating.rated_contract import MonthlyUse
from tests.cloud_service.domain.invoicing.builders import make_rated_contract
from tests.cloud_service.domain.invoicing.stored import STORED, rated

FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)


def test_the_use_of_several_contracts_is_summed_by_month_in_order() -> None:
    first = make_rated_contract(usage=(MonthlyUse(MARCH, 5), MonthlyUse(FEBRUARY, 2)))
    second = make_rated_contract(usage=(MonthlyUse(MARCH, 7),))

    assert (MonthlyUse(FEBRUARY, 2), MonthlyUse(MARCH, 12)) == use_by_month([first, second])


def test_a_billed_contract_is_the_rated_one_without_its_lines_and_taxes() -> None:
    stored = STORED["rated"]["of one tariff"]

    billed = to_json(billed_contract(rated("of one tariff")))

    assert {key: stored[key] for key in billed} == billed
    assert {"lines", "taxes", "tax", "total", "total_unrounded", "currency", "cash", "contract_id"} == (
        set(stored) - set(billed)
    )


def test_a_basis_without_anything_can_be_read() -> None:
    basis = from_json(InvoiceBasis, {})

    assert ((), (), UNSET) == (basis.contracts, basis.taxes, basis.usage)
