"""A second opinion of what everybody owes: plain arithmetic on a history's own notes, with nothing of the product.

A counter is a straight line between what was read, each meter of a place counts what it showed when it came and went,
whoever lives in a place on a day pays for that day, at the price of that day, each line to the cent, VAT on their sum.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

CENT, ZERO = Decimal("0.01"), Decimal(0)
DAY = timedelta(days=1)
Nets = dict[Decimal, Decimal]  # percent of VAT -> net


@dataclass
class Mount:
    """A counter of a meter at a place for a time; indexes in thousandths of its unit."""

    meter: str
    point: int
    since: datetime
    opening: int
    factor: int = 1
    register: str = "import"
    until: datetime | None = None
    closing: int | None = None

    @property
    def counter(self) -> str:
        return f"{self.meter}:{self.register}"


@dataclass
class Stay:
    """A tenant at a place: the first day, the first day without them, and from which day by which tariff."""

    number: str
    point: int
    account: int
    start: date
    end: date | None
    tariffs: list[tuple[date, str]]

    def lives_there(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


@dataclass
class Owner:
    """Who pays for the days of a place on which no tenant lives there."""

    account: int
    tariff: str
    since: date


@dataclass
class Price:
    """What holds of a tariff from a day on; a price for each counter that it is of."""

    day: date
    units: dict[str, Decimal]
    per_day: Decimal


@dataclass
class Share:
    """A common cost of some days: in equal parts to some contracts."""

    label: str
    days: tuple[date, date]
    cost: Decimal
    members: list[str]


@dataclass
class Life:
    """What happened at an operator, as it would be told by somebody who was there."""

    zone: str
    mounts: list[Mount] = field(default_factory=list)
    readings: dict[str, dict[datetime, int]] = field(default_factory=dict)  # by counter
    stays: list[Stay] = field(default_factory=list)
    owners: dict[int, Owner] = field(default_factory=dict)  # by place
    prices: dict[str, list[Price]] = field(default_factory=dict)  # by tariff
    netted: set[str] = field(default_factory=set)  # tariffs that take what was fed in off what was used
    vat: dict[str, list[tuple[date, Decimal]]] = field(default_factory=dict)  # by tariff: from which day, percent
    shares: list[Share] = field(default_factory=list)
    money: dict[int, Decimal] = field(default_factory=dict)  # by account: what came in, less what went out
    lost: dict[int, dict[str, Decimal]] = field(default_factory=dict)  # by account and bill: written off
    waived: dict[str, list[tuple[date, date]]] = field(default_factory=dict)  # by tenant: days that nobody pays for

    def midnight(self, day: date) -> datetime:
        """When a day begins where the places are."""
        return midnight(self.zone, day)


def midnight(zone: str, day: date) -> datetime:
    """When a day begins in a zone."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def payer(life: Life, point: int, day: date) -> int | None:
    """The account that pays for a place on a day."""
    for stay in life.stays:
        if stay.point == point and stay.lives_there(day):
            return stay.account
    owner = life.owners.get(point)
    return owner.account if owner and day >= owner.since else None


def is_waived(life: Life, point: int, day: date) -> bool:
    """Whether it was said that a day of a tenant is billed to nobody."""
    stays = [stay for stay in life.stays if stay.point == point and stay.lives_there(day)]
    return any(first <= day < last for stay in stays for first, last in life.waived.get(stay.number, ()))


def after_waived(life: Life, number: str, day: date) -> date:
    """The first day from one on that is not waived."""
    for first, last in sorted(life.waived.get(number, ())):
        if first <= day < last:
            day = last
    return day


def agreed_on(life: Life, point: int, day: date) -> tuple[date, str]:
    """What was agreed for a day of a place: since when, and which tariff."""
    for stay in life.stays:
        if stay.point == point and stay.lives_there(day):
            return max((first, code) for first, code in stay.tariffs if first <= day)
    return life.owners[point].since, life.owners[point].tariff


def tariff_on(life: Life, point: int, day: date) -> str:
    """By which tariff a day of a place is priced."""
    return agreed_on(life, point, day)[1]


def price_on(life: Life, code: str, day: date) -> Price:
    """What a tariff says of a day."""
    return max((price for price in life.prices[code] if price.day <= day), key=lambda price: price.day)


def percent_on(life: Life, code: str, day: date) -> Decimal:
    """The VAT of a day."""
    return max((first, percent) for first, percent in life.vat[code] if first <= day)[1]


def indexes_seen(life: Life, mount: Mount) -> list[tuple[datetime, int]]:
    """What the counter is known to have shown while it hung there, in the order of time."""
    seen = {
        at: value
        for at, value in life.readings.get(mount.counter, {}).items()
        if mount.since < at and (mount.until is None or at < mount.until)
    }
    seen[mount.since] = mount.opening
    if mount.until is not None and mount.closing is not None:
        seen[mount.until] = mount.closing
    return sorted(seen.items())


def index(life: Life, mount: Mount, at: datetime) -> int | None:
    """What the counter showed at a moment: read, or on the straight line between readings; None if nobody knows."""
    seen = indexes_seen(life, mount)
    before = [(when, value) for when, value in seen if when <= at]
    after = [(when, value) for when, value in seen if when >= at]
    if not before or not after:
        return None
    (first, low), (last, high) = before[-1], after[0]
    if first == last:
        return low
    share = Fraction(seconds(first, at), seconds(first, last))
    return low + round((high - low) * share)


def seconds(first: datetime, last: datetime) -> int:
    """Time that went by, clock changes or not."""
    return round((last - first).total_seconds())  # both in UTC


def energy(life: Life, point: int, start: date, end: date, register: str = "import") -> int | None:
    """What was counted at a place between two midnights, in thousandths of a kWh; None if that cannot be known."""
    first, last = life.midnight(start), life.midnight(end)
    used, hung = 0, 0
    for mount in sorted(life.mounts, key=lambda mount: mount.since):
        came, went = max(mount.since, first), min(mount.until or last, last)
        if (mount.point, mount.register) != (point, register) or seconds(came, went) <= 0:
            continue
        low, high = index(life, mount, came), index(life, mount, went)
        if low is None or high is None:
            return None
        used += (high - low) * mount.factor
        hung += 1
    return used if hung or register == "export" else None


def part_of(life: Life, point: int, bill: tuple[date, date], days: tuple[date, date], register: str) -> Decimal | None:
    """What was counted on some days of a bill; by the days, where one meter hung on all and was not read inside."""
    first, last = life.midnight(bill[0]), life.midnight(bill[1])
    hung = [
        mount for mount in life.mounts
        if (mount.point, mount.register) == (point, register) and mount.since < last
        and (mount.until is None or mount.until > first)
    ]  # fmt: skip
    is_one = len(hung) == 1 and hung[0].since <= first and (hung[0].until is None or hung[0].until >= last)
    is_read = any(first < at < last for mount in hung for at, _ in indexes_seen(life, mount))
    counted = energy(life, point, *(bill if is_one and not is_read else days), register)
    if counted is None or not is_one or is_read:
        return None if counted is None else Decimal(counted)
    return Decimal(counted) * (days[1] - days[0]).days / (bill[1] - bill[0]).days


def pieces(life: Life, point: int, start: date, end: date) -> Iterator[tuple[date, date]]:
    """The days of a bill cut where tariff, price or VAT change: each piece has lines of its own."""

    def rules(day: date) -> tuple[object, ...]:
        since, code = agreed_on(life, point, day)
        return since, code, price_on(life, code, day).day, percent_on(life, code, day)

    first = day = start
    while day < end:
        day += DAY
        if day == end or rules(day) != rules(first):
            yield first, day
            first = day


def bill(life: Life, point: int, start: date, end: date, kept: Decimal = ZERO) -> tuple[Nets, Decimal] | None:
    """What the days of a place cost, net by VAT, and the surplus that is kept; None where the counters do not tell."""
    nets: Nets = {}
    for first, last in pieces(life, point, start, end):
        code = tariff_on(life, point, first)
        price, percent = price_on(life, code, first), percent_on(life, code, first)
        amount = cents((last - first).days * price.per_day)
        for register, each in price.units.items():
            used = part_of(life, point, (start, end), (first, last), register)
            fed_in = part_of(life, point, (start, end), (first, last), "export") if code in life.netted else ZERO
            if used is None or fed_in is None:
                return None
            if code in life.netted:
                used, kept = max(used - fed_in - kept, ZERO), max(kept + fed_in - used, ZERO)
            amount += cents(used / 1000 * each)
        nets[percent] = nets.get(percent, ZERO) + amount
    return nets, kept


def cents(amount: Decimal) -> Decimal:
    """To the cent, half up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def tax(nets: Nets) -> Decimal:
    """The VAT on sums of lines, each rate rounded once."""
    return sum((cents(net * percent / 100) for percent, net in nets.items()), Decimal(0))


def parts(share: Share) -> dict[str, Decimal]:
    """Equal parts to the cent; the cents that are left go to the first."""
    each, left = divmod(int(share.cost / CENT), len(share.members))
    return {member: (each + (number < left)) * CENT for number, member in enumerate(share.members)}


def is_due(life: Life, share: Share, member: str) -> bool:
    """Whether a member lived there on all its days; one who came later or left earlier has it shared anew."""
    first, last = share.days
    return any(
        stay.number == member and stay.lives_there(first) and stay.lives_there(last - DAY) for stay in life.stays
    )


def lived(life: Life, points: range, start: date, end: date) -> dict[tuple[int, date], int]:
    """Each place and day that somebody pays for, and who."""
    days = [start + timedelta(days=number) for number in range((end - start).days)]
    places = [(point, day) for point in points for day in days if not is_waived(life, point, day)]
    payers = {place_and_day: payer(life, *place_and_day) for place_and_day in places}
    return {place_and_day: account for place_and_day, account in payers.items() if account is not None}
