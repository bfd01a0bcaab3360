"""What contracts used on their own days: each meter for as long as it hung there, times the multiplier of its mount.

Days on which a meter hung all day are summed by the database; of the day on which it came or went only its own steps
count. Nothing of the days of another contract at the same service point is in it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from msgspec import convert
from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from cloud_service.domain.rating.interval_usage import interval_usage
from cloud_service.domain.rating.register_readings import MountedRegister, PackedDays, SharedStep, SpanReadings
from common.period import Span, day_start, local_day
from common.reading import Unit

ONE_DAY = timedelta(days=1)
TOTAL = "total"  # ends the name of a register that counts what the rates beside it count


@dataclass(frozen=True, slots=True)
class SuppliedRegister:
    """A billed register while its meter hung at the service point of a running contract."""

    contract_id: int
    register: MountedRegister
    point: str
    timezone: str
    days: Span  # of the contract, and of the days asked for

    @property
    def whole_days(self) -> Span | None:
        """The days on which its meter hung all day."""
        first = local_day(self.register.mounted, self.timezone)
        if day_start(first, self.timezone) < self.register.mounted:
            first += ONE_DAY
        gone = self.register.dismounted
        end = local_day(gone, self.timezone) if gone else self.days.end
        return Span(first, end).overlap(self.days) if first < end else None

    @property
    def edge_days(self) -> list[date]:
        """The days on which it came or went."""
        moments = [at for at in (self.register.mounted, self.register.dismounted) if at is not None]
        days = {day for at in moments if day_start(day := local_day(at, self.timezone), self.timezone) < at}
        return sorted(day for day in days if day in self.days)


@dataclass(frozen=True, slots=True)
class SuppliedSum:
    """The use of a day or month by one register, in thousandths of its unit, with the multiplier of its mount."""

    contract_id: int
    first: date
    total: Decimal
    gaps: bool


SUPPLIED = """
    SELECT k.id AS contract_id, greatest(lower(k.during), cast(:start AS date)) AS start,
           least(upper(k.during), cast(:end AS date)) AS end, p.name AS point, s.timezone, r.id AS register_id, r.name,
           r.quantity, r.direction, r.unit, r.kind, r.digits, r.step_s,
           coalesce(nullif(t.serial, ''), t.name) AS meter, lower(m.during) AS mounted, upper(m.during) AS dismounted,
           m.multiplier
      FROM contract k
      JOIN service_point p ON p.id = k.service_point_id
      JOIN site s ON s.id = p.site_id
      JOIN meter_mount m ON m.service_point_id = p.id
      JOIN meter t ON t.id = m.meter_id
      JOIN register r ON r.meter_id = t.id
     WHERE k.during && daterange(:start, :end)
       AND m.during && tstzrange(lower(k.during)::timestamp AT TIME ZONE s.timezone,
                                 upper(k.during)::timestamp AT TIME ZONE s.timezone)
       AND r.billed AND r.direction = 'import' AND r.unit = :unit AND r.kind IN ('index', 'interval')
"""
OF_CONTRACTS = text(f"{SUPPLIED} AND k.id = ANY(:ids) ORDER BY k.id, lower(m.during), r.id")
OF_ACCOUNTS = text(f"{SUPPLIED} AND k.account_id = ANY(:ids) ORDER BY lower(k.during) DESC, lower(m.during) DESC, r.id")
SUMS = """
    SELECT w.n, {bucket} AS first, sum(d.total) AS total, bool_or(d.missing > 0) AS gaps
      FROM unnest(cast(:registers AS bigint[]), cast(:starts AS date[]), cast(:ends AS date[]))
           WITH ORDINALITY AS w (register_id, start, until, n)
      JOIN interval_day d ON d.register_id = w.register_id AND d.day >= w.start AND d.day < w.until
     GROUP BY 1, 2
     ORDER BY 1, 2
"""
BY_DAY = text(SUMS.format(bucket="d.day"))
BY_MONTH = text(SUMS.format(bucket="date_trunc('month', d.day)::date"))
DAY = text(
    """
    SELECT day, step_s, "values", missing, made_from
      FROM interval_day
     WHERE register_id = :register AND day = :day
    """
)


def of_contracts(session: Session, ids: Sequence[int], span: Span, unit: str = Unit.KWH) -> list[SuppliedRegister]:
    """The registers of contracts that count in a unit, on the contracts' days of a span."""
    return _supplied(session, OF_CONTRACTS, ids, span, unit)


def of_accounts(session: Session, ids: Sequence[int], span: Span) -> list[SuppliedRegister]:
    """The registers of the accounts' contracts on their days of a span, those of the newest contract first."""
    return _supplied(session, OF_ACCOUNTS, ids, span, Unit.KWH)


def _supplied(session: Session, query: TextClause, ids: Sequence[int], span: Span, unit: str) -> list[SuppliedRegister]:
    limits = {"ids": list(ids), "start": span.start, "end": span.end, "unit": unit}
    rows = session.execute(query, limits).mappings()
    return _once([_read(dict(row)) for row in rows])


def _read(row: dict[str, Any]) -> SuppliedRegister:
    contract_id, point, timezone = row.pop("contract_id"), row.pop("point"), row.pop("timezone")
    days = Span(row.pop("start"), row.pop("end"))
    return SuppliedRegister(contract_id, MountedRegister(**row, opening=None, closing=None), point, timezone, days)


def _once(supplied: Sequence[SuppliedRegister]) -> list[SuppliedRegister]:
    """A meter's rates are left out where one of its registers counts them together."""
    together = {
        (own.contract_id, own.register.meter, own.register.mounted, own.register.quantity)
        for own in supplied
        if own.register.name.endswith(TOTAL)
    }
    return [
        own
        for own in supplied
        if own.register.name.endswith(TOTAL)
        or (own.contract_id, own.register.meter, own.register.mounted, own.register.quantity) not in together
    ]


def daily(session: Session, supplied: Sequence[SuppliedRegister]) -> Iterator[SuppliedSum]:
    """Their use by day, a register after the other."""
    return _sums(session, BY_DAY, supplied)


def monthly(session: Session, supplied: Sequence[SuppliedRegister]) -> Iterator[SuppliedSum]:
    """Their use by month; the days on which a meter came or went stand beside, with the first of their month."""
    for day_sum in _sums(session, BY_MONTH, supplied):
        yield SuppliedSum(day_sum.contract_id, day_sum.first.replace(day=1), day_sum.total, day_sum.gaps)


def _sums(session: Session, query: TextClause, supplied: Sequence[SuppliedRegister]) -> Iterator[SuppliedSum]:
    whole = [(own, days) for own in supplied if (days := own.whole_days) is not None]
    values = {
        "registers": [own.register.register_id for own, _ in whole],
        "starts": [days.start for _, days in whole],
        "ends": [days.end for _, days in whole],
    }
    for row in session.execute(query, values) if whole else ():
        own = whole[row.n - 1][0]
        yield SuppliedSum(own.contract_id, row.first, Decimal(row.total) * own.register.multiplier, row.gaps)
    for own in supplied:
        for day in own.edge_days:
            stored = session.execute(DAY, {"register": own.register.register_id, "day": day}).one_or_none()
            if stored is not None:
                total = sum(own_values(own.register, own.timezone, stored), Decimal(0))
                yield SuppliedSum(own.contract_id, day, total, stored.missing > 0)


def own_values(register: MountedRegister, timezone: str, day: Any) -> list[Decimal]:
    """The steps of a stored day in thousandths, times the multiplier; nothing outside of the mount."""
    packed = PackedDays((day.day,), day.step_s, bytes(day.values), (0,))
    shared_steps = (day.made_from or {}).get("shared")
    shared = {(register.register_id, day.day): convert(shared_steps, list[SharedStep])} if shared_steps else {}
    span = Span(day.day, day.day + ONE_DAY)
    usage = interval_usage(
        [register], SpanReadings(span, timezone, {register.register_id: packed}, {}, so_far=True, shared=shared)
    )
    return [Decimal(value).scaleb(3 - usage.scale) for value in usage.values.tolist()]


def on_day(register: SuppliedRegister, day: date) -> tuple[datetime, datetime] | None:
    """From when until when the register is the contract's on a day; None where it is not."""
    if day not in register.days:
        return None
    start, end = day_start(day, register.timezone), day_start(day + ONE_DAY, register.timezone)
    gone = register.register.dismounted
    since, until = max(start, register.register.mounted), min(end, gone or end)
    return (since, until) if since < until else None
