from datetime import date

import pytest

from cloud_service.batches.action import BatchOrder
from common.errors import InputError
from tests.cloud_service.web.operator_rows import NOW, TODAY


def order(**values: str) -> BatchOrder:
    return BatchOrder(values, "clerk", TODAY, NOW)


def test_values_are_read_as_what_they_are() -> None:
    typed = order(day="2026-12-01", days="30", tariff="HOME", reason="asked")

    assert (date(2026, 12, 1), 30, "HOME", "asked") == (
        typed.date("day"), typed.number("days"), typed.needed("tariff"), typed.reason,
    )  # fmt: skip
    assert ("", None) == (order().text("tariff"), order().number("days"))


@pytest.mark.parametrize(("values", "path"), [({}, "day"), ({"day": "soon"}, "day"), ({"day": "2026-02-30"}, "day")])
def test_a_day_that_is_none_is_refused_at_its_field(values: dict[str, str], path: str) -> None:
    with pytest.raises(InputError) as refused:
        order(**values).date("day")

    assert path == refused.value.path


@pytest.mark.parametrize("text", ["1.5", "-3", "x", "٣"])
def test_only_plain_whole_numbers_are_numbers(text: str) -> None:
    with pytest.raises(InputError):
        order(days=text).number("days")
