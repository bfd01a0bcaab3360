"""The tiers of a rate structure as a version 8 record writes them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cloud_service.domain.tariffs.urdb.draft import number
from cloud_service.domain.tariffs.urdb.rate_periods import BoundUnit, Tier, bound_unit
from common.errors import InputError

NO_BOUND = Decimal("1e37")


def means_something(value: Any) -> bool:
    """Whether a field says more than nothing: not empty, zero, or a list of those."""
    if isinstance(value, list | tuple):
        return any(means_something(entry) for entry in value)
    if isinstance(value, Mapping):
        return any(means_something(entry) for entry in value.values())
    return value not in (None, "", 0, False) and value != Decimal(0)


def _tiers(period: Any, path: str, *, energy: bool) -> list[Tier]:
    if not isinstance(period, list) or not period:
        raise InputError("a period has no tier", path=path)
    tiers = []
    for index, tier in enumerate(period):
        place = f"{path}[{index}]"
        for key in tier:
            if key not in ("rate", "adj", "max", "unit", "sell"):
                raise InputError(
                    f"{key!r} is not a part of a tier that can be priced", path=f"{place}.{key}", code="unsupported"
                )
        if tier.get("rate") is None and tier.get("adj") is None:
            raise InputError("a tier has no rate", path=f"{place}.rate")
        price = sum(
            (number(tier[key], f"{place}.{key}") for key in ("rate", "adj") if tier.get(key) is not None), Decimal(0)
        )
        unit = (bound_unit if energy else _kw)(tier.get("unit"), f"{place}.unit")
        limit = None if tier.get("max") is None else number(tier["max"], f"{place}.max")
        sell = None if tier.get("sell") is None else number(tier["sell"], f"{place}.sell")
        tiers.append(Tier(price, None if limit is None or limit > NO_BOUND else limit, unit, sell, place))
    return tiers


def _kw(unit: Any, path: str) -> BoundUnit:
    if str(unit or "kW").lower() != "kw":
        raise InputError(f"a demand in {unit!r} is not supported", path=path, hint="kW", code="unsupported")
    return BoundUnit(per_kw=False, daily=False)


def periods_of(document: Mapping[str, Any], key: str, *, energy: bool) -> list[list[Tier]]:
    """The tiers of each period of a rate structure; InputError with the path of what cannot be priced."""
    structure = document[key]
    if not isinstance(structure, list) or not structure:
        raise InputError("a rate structure is a list of periods", path=key)
    return [_tiers(period, f"{key}[{index}]", energy=energy) for index, period in enumerate(structure)]
