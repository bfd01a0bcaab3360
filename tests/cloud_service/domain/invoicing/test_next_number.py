"""Numbers that people use."""

import pytest

from cloud_service.domain.invoicing.next_number import following, whole_number
from common.errors import InputError


@pytest.mark.parametrize(
    ("last", "expected"),
    [("C-1009", "C-1010"), ("A099", "A100"), ("999", "1000"), ("K", "K-1"), ("7b3", "7b4"), ("", "C-1")],
)
def test_the_number_after_the_last_keeps_its_manner(last: str, expected: str) -> None:
    assert expected == following(last, "C-1")


def test_a_count_is_read_as_a_person_types_it() -> None:
    assert 12 == whole_number(" 12 ", "days")


@pytest.mark.parametrize("text", ["", "1.5", "-1", "٣", "twelve"])
def test_what_is_no_whole_number_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(InputError, match="whole number") as refused:
        whole_number(text, "days")

    assert "days" == refused.value.path
