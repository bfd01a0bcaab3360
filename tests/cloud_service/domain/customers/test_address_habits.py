"""What is usual in each country."""

import pytest

from cloud_service.domain.customers.address_habits import check_country, countries, habits_of
from common.errors import InputError


def test_every_country_has_a_street_and_fields_that_it_needs_are_printed() -> None:
    for country in countries():
        habits = habits_of(country)
        assert habits.has("%A"), country
        assert all(f"%{sign}" in habits.lines for sign in habits.needs if sign in "SZ"), country


def test_examples_of_postcodes_fit() -> None:
    import re

    assert [] == [
        (country, example)
        for country in countries()
        for example in habits_of(country).examples
        if not re.fullmatch(habits_of(country).postcode, example)
    ]


@pytest.mark.parametrize(
    ("country", "typed", "printed"),
    [
        ("US", "illinois", "IL"), ("US", "IL", "IL"), ("IN", "MH", "Maharashtra"), ("IN", "maharashtra", "Maharashtra"),
        ("AE", "dubai", "Dubai"), ("JP", "東京都", "東京都"), ("JP", "tokyo", "Tokyo"), ("BR", "sao paulo", "SP"),
        ("ES", "m", "Madrid"), ("IT", "Roma", "RM"),
    ],
)  # fmt: skip
def test_a_region_is_known_by_all_its_names_and_printed_by_the_habit(country: str, typed: str, printed: str) -> None:
    region = habits_of(country).region(typed)

    assert region is not None
    assert printed == region.printed(typed)


def test_regions_that_may_be_meant_are_proposed() -> None:
    assert "Illinois" in habits_of("US").like("Ilinois")
    assert 3 == len(habits_of("US").like(""))


@pytest.mark.parametrize(
    ("country", "hint"), [("UK", "GB"), ("EL", "GR"), ("XX", "two capitals"), ("", "two capitals")]
)
def test_what_is_no_country_is_refused(country: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        check_country(country)

    assert ("country", True) == (caught.value.path, hint in caught.value.hint)
