"""Records as JSON: exact texts, nothing added, nothing lost."""

from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec
import pytest
from msgspec import UNSET, UnsetType

from cloud_service.domain.pricing.record_json import from_json, from_json_text, to_json
from cloud_service.domain.pricing.usage import History
from common.errors import InputError


class Pair(msgspec.Struct, frozen=True, array_like=True):
    day: date
    amount: Decimal


class Example(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    amount: Decimal
    pairs: tuple[Pair, ...] = ()
    at: datetime | UnsetType = UNSET
    history: History = History()


@pytest.mark.parametrize("text", ["12.50", "0.0000005", "-3.00", "0", "0.00", "1234567890123456789012345678901.5"])
def test_a_decimal_keeps_its_digits_and_has_no_exponent(text: str) -> None:
    assert text == to_json(Decimal(text))
    assert text == to_json(from_json(Decimal, text))


def test_a_round_number_has_no_exponent_either() -> None:
    assert "100" == to_json(Decimal("1E+2"))


def test_a_record_is_an_object_of_its_fields_and_a_pair_an_array() -> None:
    record = Example(name="x", amount=Decimal("1.50"), pairs=(Pair(date(2026, 3, 1), Decimal(2)),))

    assert {
        "name": "x",
        "amount": "1.50",
        "pairs": [["2026-03-01", "2"]],
        "history": History().as_json(),
    } == to_json(record)


def test_what_was_left_out_stays_left_out_and_what_was_read_is_written_again() -> None:
    at = {
        "name": "x",
        "amount": "1.50",
        "pairs": [],
        "history": History().as_json(),
        "at": "2026-04-02T06:30:00.5+02:00",
    }
    without = {name: value for name, value in at.items() if name != "at"}

    assert without == to_json(from_json(Example, without))
    assert at | {"at": "2026-04-02T06:30:00.500000+02:00"} == to_json(from_json(Example, at))


def test_text_and_values_give_the_same_record() -> None:
    record = Example(name="x", amount=Decimal("1.50"), at=datetime(2026, 4, 2, tzinfo=UTC))

    assert record == from_json(Example, to_json(record))
    assert record == from_json_text(Example, msgspec.json.encode(to_json(record)))


@pytest.mark.parametrize(
    ("values", "path"),
    [({"name": "x"}, ""), ({"name": "x", "amount": "much"}, "amount"), ({"name": 1, "amount": "1"}, "name")],
)
def test_what_does_not_fit_is_refused_with_its_field(values: dict[str, object], path: str) -> None:
    with pytest.raises(InputError, match="stored Example") as refused:
        from_json(Example, values)
    with pytest.raises(InputError):
        from_json_text(Example, msgspec.json.encode(values))

    assert path == refused.value.path


def test_an_unknown_kind_of_value_is_a_mistake_of_the_program() -> None:
    with pytest.raises(TypeError, match="float has no JSON form"):
        to_json(1.5)
