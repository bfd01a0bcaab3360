"""Records as JSON and back: the one encoder and decoder of everything that rating and invoicing store.

A decimal is written as text with the digits it has and without an exponent ("12.50", "0.0000005"), a day or time as
ISO 8601, a struct as an object of its fields (an `array_like` one as an array). A field that is UNSET is left out, so
that a record that was read is written again as it was. The texts are part of hashes: they never change.
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET

from cloud_service.domain.pricing.usage import History
from common.errors import InputError

RecordT = TypeVar("RecordT")
Writer = Callable[[Any], Any]
SIMPLE = (str, int, bool, type(None))
_writers: dict[type, Writer] = {}  # by the type of a value, made when the first of its type is written


def to_json(value: Any) -> Any:
    """A record (or a list, a dict, a value of one) as plain values that every JSON encoder takes."""
    kind = type(value)
    writer = _writers.get(kind)
    if writer is None:
        writer = _writers[kind] = _writer(kind)
    return writer(value)


def from_json(kind: type[RecordT], values: Any) -> RecordT:
    """The record of plain values as `to_json` makes them; InputError names the field that does not fit."""
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        raise _refusal(kind, error) from error


def from_json_text(kind: type[RecordT], text: str | bytes) -> RecordT:
    """The record of a JSON text, read without a dictionary in between."""
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.DecodeError as error:
        raise _refusal(kind, error) from error


def _refusal(kind: type, error: msgspec.MsgspecError) -> InputError:
    message, _, path = str(error).partition(" - at `$")
    return InputError(f"stored {kind.__name__}: {message}", path=path.strip("`."))


def _writer(kind: type) -> Writer:
    """How values of a type are written."""
    if kind in SIMPLE:
        return _unchanged
    if kind is History:
        return History.as_json
    if issubclass(kind, msgspec.Struct):
        return _array_writer(kind) if kind.__struct_config__.array_like else _object_writer(kind)
    for base, writer in _WRITERS_OF_VALUES.items():
        if issubclass(kind, base):
            return writer
    raise TypeError(f"{kind.__name__} has no JSON form here")


def _unchanged(value: Any) -> Any:
    return value


_WRITERS_OF_VALUES: dict[type, Writer] = {
    Decimal: lambda number: format(number, "f"),
    datetime: datetime.isoformat,
    date: date.isoformat,
    list: lambda values: [to_json(value) for value in values],
    tuple: lambda values: [to_json(value) for value in values],
    dict: lambda values: {key: to_json(value) for key, value in values.items()},
}


def _array_writer(kind: type[msgspec.Struct]) -> Writer:
    names = kind.__struct_fields__
    return lambda record: [to_json(getattr(record, name)) for name in names]


def _object_writer(kind: type[msgspec.Struct]) -> Writer:
    """Texts and numbers are taken as they are; the other fields are written by their type."""
    fields = msgspec.structs.fields(kind)
    simple = tuple(field.name for field in fields if field.type in SIMPLE)
    others = tuple(field.name for field in fields if field.type not in SIMPLE)

    def write(record: Any) -> dict[str, Any]:
        written = {name: getattr(record, name) for name in simple}
        for name in others:
            value = getattr(record, name)
            if value is not UNSET:
                written[name] = to_json(value)
        return written

    return write
