"""What a new rating of billed days changes: line by line for people, and as lines for the next bill."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cloud_service.domain.money import plain
from common.errors import ConflictError

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Changed:
    """One line as it was billed and as it would be now; None where it did not or does not exist."""

    charge: str
    label: str
    unit: str
    price: str
    quantity_before: Decimal | None
    quantity_after: Decimal | None
    amount_before: Decimal
    amount_after: Decimal

    @property
    def amount(self) -> Decimal:
        """What is owed more (or, negative, less)."""
        return self.amount_after - self.amount_before

    @property
    def why(self) -> str:
        """In words."""
        before = "not billed" if self.quantity_before is None else f"{plain(self.quantity_before)} {self.unit}"
        after = "nothing" if self.quantity_after is None else f"{plain(self.quantity_after)} {self.unit}"
        return f"{self.label}: {before} → {after}, {plain(self.amount_before)} → {plain(self.amount_after)}"

    def as_line(self) -> dict[str, str]:
        """The change as a line, so that a later comparison starts from what was billed in sum."""
        quantity = (self.quantity_after or Decimal(0)) - (self.quantity_before or Decimal(0))
        return {
            "charge": self.charge, "label": self.label, "unit": self.unit, "price": self.price,
            "quantity": plain(quantity), "amount": format(self.amount, "f"),
        }  # fmt: skip


def compare(before: Sequence[Facts], after: Sequence[Facts]) -> list[Changed]:
    """Lines by charge, place in the tariff, label and price that differ; the same lines drop out."""
    old, new = _by_key(before), _by_key(after)
    found = []
    for key in [*old, *(key for key in new if key not in old)]:
        one, other = old.get(key), new.get(key)
        if one != other:
            found.append(
                Changed(
                    *key, one[0] if one else None, other[0] if other else None,
                    one[1] if one else Decimal(0), other[1] if other else Decimal(0),
                )
            )  # fmt: skip
    return found


def _by_key(lines: Sequence[Facts]) -> dict[tuple[str, str, str, str], tuple[Decimal, Decimal]]:
    sums: dict[tuple[str, str, str, str], tuple[Decimal, Decimal]] = {}
    for line in lines:
        price = plain(Decimal(line["price"])) if line["charge"] == "energy" and line["price"] else ""
        key = (str(line["charge"]), str(line["label"]), str(line["unit"]), price)
        quantity, amount = sums.get(key, (Decimal(0), Decimal(0)))
        sums[key] = (quantity + Decimal(line["quantity"]), amount + Decimal(line["amount"]))
    return sums


def tax_differences(
    before: Sequence[tuple[str, str, Decimal]], after: Sequence[tuple[str, str, Decimal]], taxes: Sequence[Facts]
) -> list[tuple[dict[str, str] | None, Decimal]]:
    """(tax or None, change of the net) by VAT category and rate; together they are the change of the whole net.

    Lines come as (category, percent, amount). Where a line bears more than one tax this cannot be said in one line.
    """
    sums: dict[tuple[str, str], Decimal] = {}
    for sign, lines in ((-1, before), (1, after)):
        for category, percent, amount in lines:
            key = (category, plain(Decimal(percent)))
            sums[key] = sums.get(key, Decimal(0)) + sign * amount
    by_rate: dict[tuple[str, str], Facts] = {}
    for tax in taxes:
        key = (tax["category"], plain(Decimal(tax["percent"])))
        if by_rate.setdefault(key, tax)["tax"] != tax["tax"]:
            raise ConflictError(
                "a line of this bill bears several taxes", hint="take it back by a credit note and bill it anew"
            )
    return [(_tax(by_rate.get(key)), amount) for key, amount in sums.items() if amount]


def _tax(tax: Facts | None) -> dict[str, str] | None:
    if tax is None:
        return None
    return {"name": tax["tax"], "label": tax["label"], "category": tax["category"], "percent": tax["percent"]}
