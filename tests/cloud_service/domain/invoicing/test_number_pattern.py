from dataclasses import replace

import pytest

from cloud_service.domain.invoicing.number_pattern import SeriesManner, check, may_be_confused, numbered, prefix_in
from common.errors import InputError

GOOD = SeriesManner("INV-{year}-", 5, 1, yearly=True)


def test_a_prefix_holds_the_year_in_four_or_two_digits() -> None:
    assert "INV-2026-" == prefix_in("INV-{year}-", 2026)
    assert "R06/" == prefix_in("R{yy}/", 2006)


def test_a_number_is_never_shortened_to_its_digits() -> None:
    assert "R042" == numbered("R", 42, 3)
    assert "R123456" == numbered("R", 123456, 3)


@pytest.mark.parametrize(
    ("manner", "path"),
    [
        (replace(GOOD, pattern="INV-"), "pattern"),
        (replace(GOOD, yearly=False), "pattern"),
        (replace(GOOD, pattern="{month}{year}"), "pattern"),
        (replace(GOOD, pattern="a\n{year}"), "pattern"),
        (replace(GOOD, pattern=" {year}"), "pattern"),
        (replace(GOOD, pattern="<b>{year}"), "pattern"),
        (replace(GOOD, pattern="x" * 15 + "{year}"), "pattern"),
        (replace(GOOD, digits=0), "digits"),
        (replace(GOOD, digits=13), "digits"),
        (replace(GOOD, next_number=0), "next_number"),
        (replace(GOOD, next_number=10**12), "next_number"),
    ],
)
def test_what_could_not_be_told_apart_or_printed_is_refused(manner: SeriesManner, path: str) -> None:
    with pytest.raises(InputError) as caught:
        check(manner)
    assert path == caught.value.path


def test_what_can_be_is_taken() -> None:
    for manner in (GOOD, replace(GOOD, pattern="Rechnung {yy}/"), SeriesManner("", 6, 4711, yearly=False)):
        check(manner)


@pytest.mark.parametrize(
    ("one", "other", "confused"),
    [("R-", "R-", True), ("R-", "R-2026", True), ("", "7", True), ("R-", "R-2026-", False), ("R-", "RG-", False)],
)
def test_prefixes_that_could_make_one_number_are_told(one: str, other: str, confused: bool) -> None:
    assert (confused, confused) == (may_be_confused(one, other), may_be_confused(other, one))
