"""The parts both URDB shapes share: ladders, schedules and charges built from periods with tiers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cloud_service.domain.money import exact, plain
from common.errors import InputError

MONTHS, HOURS = 12, 24
UNITS = {  # unit of a tier's bound: (per kW, per day)
    "kwh": (False, False),
    "kwh daily": (False, True),
    "kwh/kw": (True, False),
    "kwh/kw daily": (True, True),
}


@dataclass(frozen=True, slots=True)
class Imported:
    """A document of ours, and what the reader of the import should know."""

    document: dict[str, Any]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tier:
    """One tier of a period: price, bound, and what export earns in it (None where the record does not say)."""

    price: Decimal
    up_to: Decimal | None
    per_kw: bool
    daily: bool
    sell: Decimal | None
    path: str

    @property
    def bound(self) -> tuple[Decimal | None, bool, bool]:
        """All that makes two bounds the same."""
        return self.up_to, self.per_kw, self.daily


Periods = Sequence[Sequence[Tier]]
Matrix = list[list[int]]


@dataclass(slots=True)
class Draft:
    """A document in the making."""

    id: str
    name: str
    source: str = ""
    charges: list[dict[str, Any]] = field(default_factory=list)
    schedules: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    days: dict[str, Any] = field(default_factory=dict)

    def done(self) -> Imported:
        """The document."""
        document = {
            "format": 1,
            "id": self.id,
            "name": self.name,
            "currency": "USD",
            **self.days,
            **({"source": self.source} if self.source else {}),
            "schedules": self.schedules,
            "charges": self.charges,
        }
        return Imported(document, tuple(self.notes))


def machine_name(*texts: str) -> str:
    """An id from names for people."""
    joined = "-".join(text for text in texts if text)
    return re.sub(r"[^a-z0-9]+", "-", joined.lower()).strip("-")[:80] or "urdb"


def number(value: Any, path: str) -> Decimal:
    """An exact number of a record; a float that JSON gave is read by its shortest text."""
    if isinstance(value, bool) or value is None:
        raise InputError(f"{value!r} is not a number", path=path)
    return exact(repr(value) if isinstance(value, float) else value, path)


def unit_of(text: Any, path: str) -> tuple[bool, bool]:
    """What a tier's bound is for: (per kW, per day)."""
    found = UNITS.get(str(text or "kWh").lower())
    if found is None:
        raise InputError(f"the unit {text!r} is not supported", path=path, hint=", ".join(UNITS), code="unsupported")
    return found


def matrix(value: Any, periods: int, path: str) -> Matrix:
    """A schedule of 12 × 24 period numbers that exist."""
    if (
        not isinstance(value, list)
        or len(value) != MONTHS
        or any(not isinstance(row, list) or len(row) != HOURS for row in value)
    ):
        raise InputError("a schedule has 12 rows of 24 numbers", path=path)
    for month, row in enumerate(value):
        for hour, entry in enumerate(row):
            if not isinstance(entry, int) or isinstance(entry, bool) or not 0 <= entry < periods:
                raise InputError(f"there is no period {entry!r}", path=f"{path}[{month}][{hour}]")
    return [list(row) for row in value]


def names_of(periods: Periods) -> list[str]:
    """Names of the periods, by their number."""
    return [f"period_{index + 1}" for index in range(len(periods))]


def schedule_of(periods: Periods, weekday: Matrix, weekend: Matrix) -> dict[str, Any]:
    """A schedule of ours with only the periods that are used."""
    return {
        "periods": [{"name": name, "label": f"period {index + 1}"} for index, name in enumerate(names_of(periods))],
        "weekday": weekday,
        "weekend": weekend,
    }


def used(periods: Periods, weekday: Matrix, weekend: Matrix) -> tuple[list[Sequence[Tier]], Matrix, Matrix, list[int]]:
    """Drop periods no hour has: their prices never apply. Gives the periods, the schedules, and the old numbers."""
    present = sorted({entry for row in (*weekday, *weekend) for entry in row})
    place = {old: new for new, old in enumerate(present)}

    def renumber(rows: Matrix) -> Matrix:
        return [[place[entry] for entry in row] for row in rows]

    return [periods[old] for old in present], renumber(weekday), renumber(weekend), present


def same_bounds_in_each_month(periods: Periods, weekday: Matrix, weekend: Matrix) -> bool:
    """Whether in every month all its periods have the same bounds: then the month's total fills one ladder."""
    for row, row_2 in zip(weekday, weekend, strict=True):
        bounds = {tuple(tier.bound for tier in periods[entry]) for entry in {*row, *row_2}}
        if len(bounds) > 1:
            return False
    return True


def check_tiers(tiers: Sequence[Tier], path: str) -> None:
    """Refuse tiers that mix what their bounds are for, or whose last one is not open."""
    if not tiers:
        raise InputError("a period has no tier", path=path)
    bounded = [tier for tier in tiers if tier.up_to is not None]
    if len({(tier.per_kw, tier.daily) for tier in bounded}) > 1:
        raise InputError("tiers whose bounds have different units are not supported", path=path, code="unsupported")
    for tier in tiers[:-1]:
        if tier.up_to is None:
            raise InputError("only the last tier may be open", path=tier.path)
    if tiers[-1].up_to is not None:
        raise InputError(
            f"the last tier ends at {plain(tiers[-1].up_to)}: what is above it has no price",
            path=f"{tiers[-1].path}.max",
            hint="leave its bound out if its price holds without end",
            code="unsupported",
        )


def blocks_of(tiers: Sequence[Tier], prices: Sequence[Decimal]) -> list[dict[str, Any]]:
    """Blocks of ours."""
    found = []
    for tier, price in zip(tiers, prices, strict=True):
        block: dict[str, Any] = {"price": plain(price)}
        if tier.up_to is not None:
            block["up_to"] = plain(tier.up_to)
            if tier.per_kw:
                block["per_kw"] = True
        found.append(block)
    return found


def add_energy(  # noqa: PLR0917 -- a rate has that many parts
    draft: Draft,
    periods: Periods,
    weekday: Matrix,
    weekend: Matrix,
    metering: Mapping[str, Any],
    holidays: Mapping[str, Any] | None,
) -> None:
    """The energy charge, its schedule, and what export earns under the record's metering rule."""
    live, week, end, numbers = used(periods, weekday, weekend)
    for tiers in live:
        check_tiers(tiers, tiers[0].path.rsplit("[", 1)[0])
    schedule = schedule_of(live, week, end)
    for place, old in enumerate(numbers):
        schedule["periods"][place] = {"name": f"period_{old + 1}", "label": f"period {old + 1}"}
    if holidays:
        schedule["holidays"] = dict(holidays)
    draft.schedules["energy"] = schedule
    names = [period["name"] for period in schedule["periods"]]
    kind = metering["kind"]
    register = "net_import" if kind in ("net_billing", "net_billing_carry") else "import"
    energy: dict[str, Any] = {"kind": "energy", "register": register, "schedule": "energy"}
    energy |= prices_of(live, names, [[tier.price for tier in tiers] for tiers in live], kind, week, end)
    if metering.get("demand"):
        energy["demand"] = metering["demand"]
    if kind == "net_metering" and any(tier.sell for tiers in live for tier in tiers):
        draft.notes.append("the record has sell rates, which net metering does not use: a surplus waits in kWh")
    if kind == "net_metering":
        energy["netting"] = {
            "against": "export",
            "surplus": "carry",
            "match": "time_of_day",
            **metering.get("netting", {}),
        }
    draft.charges.append(energy)
    if kind in ("net_billing", "net_billing_carry", "buy_all_sell_all"):
        _add_export(draft, live, names, metering, week, end)


def prices_of(  # noqa: PLR0917 -- a rate has that many parts
    live: Periods, names: Sequence[str], prices: Sequence[Sequence[Decimal]], kind: str, week: Matrix, end: Matrix
) -> dict[str, Any]:
    """`prices` where no tier has a bound, else `period_blocks`."""
    if all(len(tiers) == 1 for tiers in live):
        return {"prices": {name: plain(row[0]) for name, row in zip(names, prices, strict=True)}}
    ladders = {name: blocks_of(tiers, row) for name, tiers, row in zip(names, live, prices, strict=True)}
    daily = {tier.daily for tiers in live for tier in tiers if tier.up_to is not None}
    if len(daily) > 1:
        raise InputError(
            "bounds per day and per month in one rate are not supported", path=live[0][0].path, code="unsupported"
        )
    shared = same_bounds_in_each_month(live, week, end)
    over = "period"
    if shared:
        over = "time" if kind in ("net_billing", "net_billing_carry", "buy_all_sell_all") else "total"
    return {"period_blocks": ladders, "blocks_over": over, "allowance": "day" if daily == {True} else "month"}


def _add_export(  # noqa: PLR0917 -- a rate has that many parts
    draft: Draft, live: Periods, names: Sequence[str], metering: Mapping[str, Any], week: Matrix, end: Matrix
) -> None:
    if all(tier.sell is None for tiers in live for tier in tiers):
        draft.notes.append("the record does not say what export earns: a connection with export is refused")
        return
    sells = [[tier.sell if tier.sell is not None else Decimal(0) for tier in tiers] for tiers in live]
    kind = metering["kind"]
    charge: dict[str, Any] = {
        "kind": "export",
        "register": "export" if kind == "buy_all_sell_all" else "net_export",
        "schedule": "energy",
        "optional": True,
    }
    if all(len(set(row)) == 1 for row in sells):
        charge["prices"] = {name: plain(row[0]) for name, row in zip(names, sells, strict=True)}
    else:
        charge |= prices_of(live, names, sells, kind, week, end)
    if kind == "net_billing_carry":
        charge["carry"] = {"of": ["energy"], "usable": "next"}
    draft.charges.append(charge)


def add_fixed(draft: Draft, amount: Decimal, unit: str, path: str) -> None:
    """A standing charge in one of the record's units."""
    per = {"$/month": "month", "$/day": "day", "$/year": "year"}.get(unit)
    if per is None:
        raise InputError(
            f"the unit {unit!r} of a fixed charge is not supported",
            path=path,
            hint="$/month, $/day, $/year",
            code="unsupported",
        )
    if amount:
        draft.charges.append({"kind": "standing", "label": "Fixed charge", "amount": plain(amount), "per": per})


def add_minimum(draft: Draft, amount: Decimal, unit: str, path: str) -> None:
    """A minimum charge over all lines."""
    per = {"$/month": "month", "$/day": "day", "$/year": "year"}.get(unit)
    if per is None:
        raise InputError(
            f"the unit {unit!r} of a minimum charge is not supported",
            path=path,
            hint="$/month, $/day, $/year",
            code="unsupported",
        )
    if not amount:
        return
    kinds = list(dict.fromkeys(str(charge["kind"]) for charge in draft.charges if charge["kind"] != "export"))
    all_sold = any(charge["kind"] == "export" and charge["register"] == "export" for charge in draft.charges)
    least = {"kind": "minimum", "amount": plain(amount), "per": per, "credits": "ignore"}
    # what is sold through a meter of its own does not count against the minimum of what is bought
    draft.charges.append({**least, "of": kinds if all_sold else ["*"]})
