"""Common costs shared by a document: by area, persons, fixed shares, equally, by consumption, or a mix.

Each part is rounded down first; the cents that are left go to those with the largest remainders (equal remainders: to
the first in order). So the parts always sum to the whole, and nobody is more than a cent from their exact share.
"""

from collections.abc import Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal, localcontext
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from cloud_service.domain.money import cent, plain
from common.errors import InputError

SharingBasis = Literal["area", "persons", "fixed", "equal", "consumption"]
PRECISION = 60


class CostComponent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the cost and what it is shared by; the weights of a mix sum to one."""

    by: SharingBasis
    weight: Decimal = Decimal(1)


class CostMember(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A contract that takes part, with its facts."""

    contract: str
    area: Decimal = Decimal(0)
    persons: Decimal = Decimal(0)
    fixed: Decimal = Decimal(0)


class TaxOn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The tax on the shares."""

    name: str
    label: str
    percent: Decimal
    category: str = "S"


class CostSplit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a common cost is shared."""

    label: Annotated[str, Meta(min_length=1)]
    currency: str
    components: Annotated[tuple[CostComponent, ...], Meta(min_length=1)]
    members: Annotated[tuple[CostMember, ...], Meta(min_length=1)]
    master: Annotated[str, Meta(description="Service point of the master meter")] = ""
    only_difference: Annotated[
        bool, Meta(description="Share only what the master meter counted beyond the members: common area, losses")
    ] = False
    empty_days: Annotated[
        Literal["owner", "members"],
        Meta(description="Who pays for a flat's days without a member: its owner, or all members together"),
    ] = "owner"
    tax: TaxOn | None = None


def load_split(document: Mapping[str, Any]) -> CostSplit:
    """The checked document; what cannot be shared is refused."""
    try:
        cost_split = msgspec.convert(document, CostSplit)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        raise InputError(message, path=path.strip("`.")) from error
    if sum(component.weight for component in cost_split.components) != 1:
        raise InputError("the weights of the components do not sum to 1", path="components")
    if any(component.weight <= 0 for component in cost_split.components):
        raise InputError("a weight is above 0", path="components")
    names = [member.contract for member in cost_split.members]
    if len(set(names)) != len(names):
        raise InputError("a contract takes part twice", path="members")
    if cost_split.only_difference and not cost_split.master:
        raise InputError("a difference needs the master meter's service point", path="master")
    return cost_split


def largest_remainder(total: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """The total in whole cents in proportion to the weights; the parts sum to it exactly. Negative totals mirror."""
    if total < 0:
        return [-amount for amount in largest_remainder(-total, weights, currency)]
    whole = sum(weights, Decimal(0))
    if whole <= 0 or any(weight < 0 for weight in weights):
        raise InputError("there is nothing to share by: the weights are all 0, or one is negative")
    step = cent(currency)
    with localcontext(prec=PRECISION):
        units = total / step
        if units != units.to_integral_value():
            raise InputError(f"{total} is no whole amount of {currency}")
        exact = [units * weight / whole for weight in weights]
        floors = [share.to_integral_value(ROUND_FLOOR) for share in exact]
        left = int(units - sum(floors))
        order = sorted(range(len(weights)), key=lambda n: (floors[n] - exact[n], n))
        for n in order[:left]:
            floors[n] += 1
        return [floor * step for floor in floors]


def difference_cost(total: Decimal, master: Decimal, members: Decimal, currency: str) -> Decimal:
    """The part of the master meter's bill for what the members' meters did not count."""
    if master <= 0 or members > master:
        raise InputError(f"the members' meters counted {plain(members)}, the master meter {plain(master)}")
    return largest_remainder(total, [master - members, members], currency)[0] if master > members else Decimal(0)
