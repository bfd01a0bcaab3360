"""Lines that wait are stored as they were, and bring their tax into the rating that takes them up."""

from decimal import Decimal

import pytest

from cloud_service.domain.invoicing.pending_lines import rating_of_line, take_up
from cloud_service.domain.pricing.rated_line import OUTSIDE_VAT, VatRate
from cloud_service.domain.pricing.record_json import to_json
from tests.cloud_service.domain.invoicing.stored import STORED, rated, waiting


@pytest.mark.parametrize("name", STORED["waiting"])
def test_a_line_that_was_stored_is_written_again_as_it_was(name: str) -> None:
    assert STORED["waiting"][name] == to_json(waiting(name))


@pytest.mark.parametrize("name", STORED["rated"])
def test_a_rated_contract_that_was_stored_is_written_again_as_it_was(name: str) -> None:
    assert STORED["rated"][name] == to_json(rated(name))


def test_a_taxed_share_is_a_rating_with_its_tax() -> None:
    rating = rating_of_line(waiting("share"), "EUR")  # 12.50 and 7 % of it

    assert (Decimal("12.50"), Decimal("0.88"), Decimal("13.38")) == (rating.net, rating.tax, rating.total)
    assert Decimal("0.875") == rating.taxes[0].amount_unrounded
    assert VatRate("S", Decimal(7)) == rating.lines[0].vat


def test_an_untaxed_share_is_outside_of_vat() -> None:
    rating = rating_of_line(waiting("untaxed share"), "EUR")

    assert ((), Decimal(0), OUTSIDE_VAT) == (rating.taxes, rating.tax, rating.lines[0].vat)


def test_a_contract_without_waiting_lines_stays_as_it_was_rated() -> None:
    contract = rated("of one tariff")

    assert contract is take_up(contract, [])


def test_waiting_lines_change_the_sums_and_not_the_days_the_energy_or_the_history() -> None:
    contract = rated("of two tariffs")

    taken = take_up(contract, [waiting("share")])

    assert contract.net + Decimal("12.50") == taken.net
    assert contract.total + Decimal("13.38") == taken.total
    assert (contract.span, contract.energy, contract.history) == (taken.span, taken.energy, taken.history)
