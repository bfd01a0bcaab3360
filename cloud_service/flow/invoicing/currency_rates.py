"""Currency rates of the European Central Bank for a company: from a file that was sent, or fetched on their days."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from cloud_service.domain.money import currency_digits
from cloud_service.domain.receivables.ecb_rates import (
    SATURDAY,
    SOURCE,
    in_currency,
    newest_published,
    published_currencies,
    read_ecb,
)
from cloud_service.download import check_address
from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.invoicing import currency_rates
from cloud_service.store.invoicing import rate_fetching as stored
from cloud_service.store.invoicing.rate_fetching import RateFetching
from common.errors import InputError

DAILY, QUARTER, HISTORY = "eurofxref-daily.xml", "eurofxref-hist-90d.xml", "eurofxref-hist.zip"
QUARTER_DAYS = 80
Download = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class RatesOfBank:
    """What was taken from a file of the bank."""

    new: int
    known: int
    others: int  # days that have another rate already, which stays
    first_day: date
    last_day: date
    currencies: tuple[str, ...]
    not_published: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileToFetch:
    """A file of the bank that a company lacks, and the day that is expected to be its newest."""

    base: str
    currencies: tuple[str, ...]
    address: str
    since: date | None
    day: date


def take_file(
    session: Session, entity_id: int, base: str, content: bytes, *, name: str, author: str,
    currencies: Sequence[str] = (), since: date | None = None,
) -> RatesOfBank:  # fmt: skip
    """Keep the rates of a file for the named currencies, or for those that the company needs."""
    days = read_ecb(content, name)
    published = published_currencies(days)
    if base not in published:
        raise InputError(
            f"the bank publishes no rate of {base}", path=name,
            hint="import a CSV with the columns day,currency,rate: what one unit of the currency is in yours",
        )  # fmt: skip
    chosen = _currencies(session, entity_id, base, currencies)
    rates = in_currency(days, base, chosen, since)
    if not rates:
        raise InputError(f"no day of it has a rate of {', '.join(chosen)}", path=name)
    added = currency_rates.add_unknown(session, base, rates, source=SOURCE)
    missing = tuple(currency for currency in chosen if currency not in published)
    log.note(
        session, author, "rates.import", f"currency_rate:{base}", file=name, source=SOURCE, rates=len(rates),
        new=added.new,
    )  # fmt: skip
    return RatesOfBank(
        added.new, added.known, added.others, rates[0][0], rates[-1][0],
        tuple(currency for currency in chosen if currency in published), missing,
    )  # fmt: skip


def _currencies(session: Session, entity_id: int, base: str, currencies: Sequence[str]) -> list[str]:
    for currency in currencies:
        currency_digits(currency)
    chosen = list(dict.fromkeys(currencies)) or stored.needed_currencies(session, entity_id, base)
    if not set(chosen) - {base}:
        raise InputError(
            f"which currencies? accounts, sites and tariffs are all in {base}", path="currencies",
            hint="name them, for example USD CHF",
        )  # fmt: skip
    return chosen


def file_to_fetch(session: Session, entity_id: int, base: str, address: str, now: datetime) -> FileToFetch | None:
    """Which file brings a company up to date; None where it needs no rates or has the newest."""
    needed = stored.needed_currencies(session, entity_id, base)
    published = newest_published(now)
    newest = {rate.currency: rate.day for rate in stored.newest_rates(session, base)}
    newest_days = [newest.get(currency) for currency in needed]
    if not needed or all(day is not None and day >= published for day in newest_days):
        return None
    oldest = None if None in newest_days else min(day for day in newest_days if day is not None)
    folder = address if address.endswith("/") else f"{address}/"
    return FileToFetch(base, tuple(needed), folder + _file_since(oldest, published), oldest, published)


def _file_since(newest: date | None, published: date) -> str:
    """The smallest file that leaves no day out; without any rate the last quarter."""
    if newest is None:
        return QUARTER
    if newest >= _working_day_before(published):
        return DAILY
    return QUARTER if (published - newest).days <= QUARTER_DAYS else HISTORY


def _working_day_before(day: date) -> date:
    day -= timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day -= timedelta(days=1)
    return day


def set_fetching(
    session: Session, entity_id: int, fetching: RateFetching, *, author: str, reason: str = ""
) -> list[str]:
    """Let rates be fetched on their days from now on, or by hand again; what was changed."""
    check_address(fetching.address)
    before = stored.fetching_of(session, entity_id)
    stored.set_fetching(session, entity_id, fetching)
    change = log.AuditChange(
        author, "entity.rate_fetching", f"legal_entity:{entity_id}", asdict(before), asdict(fetching), reason
    )
    return log.note_change(session, change)
