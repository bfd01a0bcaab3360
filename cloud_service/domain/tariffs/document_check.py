"""What cannot be priced is refused with its place in the document: a reference, a number, a name."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from cloud_service.domain.calendar.tou_schedule_check import check_schedule
from cloud_service.domain.calendar.validity import apart, check_days
from cloud_service.domain.money import cent, currency_digits, plain
from cloud_service.domain.pricing.charge import Charge
from cloud_service.domain.pricing.references import TariffReferences, check_conversions, meant
from cloud_service.domain.pricing.tax import check_taxes
from cloud_service.domain.tariffs.document import Document, RoundingRule
from common.errors import InputError

NUMBER = r"-?\d+(\.\d+)?([eE][+-]?\d+)?"  # how decimals are written; the JSON Schema says the same
DIGITS = 40  # before and after the point


def check_document(document: Document, references: TariffReferences) -> None:
    """Refuse a document of which some day, unit or amount would have no certain price."""
    currency_digits(document.currency)
    check_days(document.start, document.until, "until")
    for name, schedule in document.schedules.items():
        check_schedule(schedule, f"schedules.{name}")
    check_conversions(references)
    for index, charge in enumerate(document.charges):
        path = f"charges[{index}]"
        check_days(charge.start, charge.until, f"{path}.until")
        charge.check(references, path)
        if charge.tax and charge.tax not in {tax.name for tax in document.taxes}:
            raise InputError(f"there is no tax {charge.tax!r}", path=f"{path}.tax")
        _check_references(charge, document.charges[:index], document.charges, path)
    _check_names(document.charges)
    check_taxes(document.taxes, document.charges, "taxes")
    _check_cash(document.rounding, document.currency)


def _check_cash(rounding: RoundingRule, currency: str) -> None:
    if rounding.cash is None:
        return
    if rounding.cash <= 0:
        raise InputError("the smallest coin is above 0", path="rounding.cash")
    if rounding.cash % cent(currency):
        raise InputError(
            f"{plain(rounding.cash)} is no whole amount of {currency}", path="rounding.cash", hint="0.05, or 1"
        )


def _check_names(charges: Sequence[Charge]) -> None:
    """Two charges that are valid on the same days must not keep their history under one name."""
    for index, charge in enumerate(charges):
        for other in charges[:index]:
            both = charge.remembers() and other.remembers() and charge.name == other.name
            if both and not apart(charge, other):
                raise InputError(
                    f"two charges keep their history as {charge.name!r}",
                    path=f"charges[{index}].id",
                    hint="give each an id of its own",
                )


def _check_references(charge: Charge, before: Sequence[Charge], charges: Sequence[Charge], path: str) -> None:
    names = {name for other in before for name in (other.id, other.kind) if name}
    for name in charge.refers_to():
        if name != "*" and not meant((name,), before, charges):
            raise InputError(
                f"there is no charge {name!r} before this one", path=f"{path}.of", hint=", ".join(sorted(names))
            )


def refuse_floats(value: Any, path: str) -> None:
    """Refuse a float anywhere in a document: what people wrote is no longer known exactly."""
    if isinstance(value, float):
        raise InputError(
            f"{value!r} is a float, which is not an exact price", path=path, hint='write it as text: "0.25"'
        )
    if isinstance(value, Decimal) and not value.is_finite():
        raise InputError(f"{value} is not a number", path=path)
    if isinstance(value, Mapping):
        for key, entry in value.items():
            refuse_floats(entry, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        for index, entry in enumerate(value):
            refuse_floats(entry, f"{path}[{index}]")


def check_numbers(written: Any, read: Any, path: str) -> None:
    """Refuse text that only Python takes for a number (NaN, 1_000), and magnitudes no price or quantity has."""
    if isinstance(read, Decimal):
        text = written if isinstance(written, str) else str(read)
        if (
            not re.fullmatch(NUMBER, text, re.ASCII)
            or read.adjusted() > DIGITS
            or -int(read.as_tuple().exponent) > DIGITS
        ):
            raise InputError(f"{text!r} is not a number a price can have", path=path, hint="for example 0.25")
    elif isinstance(read, Mapping) and isinstance(written, Mapping):
        for key in read.keys() & written.keys():
            check_numbers(written[key], read[key], f"{path}.{key}" if path else str(key))
    elif isinstance(read, list | tuple) and isinstance(written, list | tuple):
        for index, pair in enumerate(zip(written, read, strict=True)):
            check_numbers(*pair, f"{path}[{index}]")
