"""Values that options of commands carry: days, months, moments, amounts, indexes, the legal entity."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import click

from common.errors import InputError

if TYPE_CHECKING:
    from cloud_service.store.database.session import Session
    from common.period import Span

WHOSE_KEY = "cloud_service.cli.whose"


def _keep_whose(context: click.Context, _parameter: click.Parameter, company: str | None) -> None:
    """For `names`, wherever the command asks it."""
    if company:
        context.meta[WHOSE_KEY] = company


WHOSE = click.option(
    "--entity", metavar="ID", expose_value=False, callback=_keep_whose,
    help="Legal entity (id or name), where several use a name.",
)  # fmt: skip
WHEN = "When, by the clock of the site: 2026-10-16T10:30; or with an offset."


def pairs_of(texts: Iterable[str], option: str, form: str = "NAME=VALUE") -> dict[str, str]:
    """The values of a repeated option by the names before their `=`; `form` says how one is written."""
    values = {}
    for pair in texts:
        name, sign, value = pair.partition("=")
        if not sign:
            raise InputError(f"{pair!r} is not {form}", path=option)
        values[name.strip()] = value.strip()
    return values


def company_today(entity_id: int | None = None) -> date:
    """Today by the clock of a legal entity, of the first unless named: what the web console calls today too."""
    from cloud_service.cli.database import transaction
    from cloud_service.store.customers.legal_entities import today_of

    with transaction() as session:
        return today_of(session, datetime.now(UTC), entity_id)


def day_of(text: str | None, name: str) -> date:
    """The day an option names, the company's today without one."""
    if not text:
        return company_today()
    from common.period import parse_day

    return parse_day(text, name)


def month_of(text: str, name: str) -> "Span":
    """The calendar month that YYYY-MM names, end exclusive."""
    from common.period import Span, add_months, is_in_calendar

    year, _, month = text.partition("-")
    try:
        start: date | None = date(int(year), int(month), 1)
    except ValueError:
        start = None
    if start is None or not is_in_calendar(start):
        raise InputError(f"{text!r} is no month", path=name, hint="for example 2026-10")
    return Span(start, add_months(start, 1))


def time_of(text: str, name: str) -> datetime:
    """The time an option names, with its offset or by the clock of a site."""
    from common.period import is_in_calendar

    try:
        time: datetime | None = datetime.fromisoformat(text)
    except ValueError:
        time = None
    if time is None or not is_in_calendar(time):
        raise InputError(
            f"{text!r} is no time", path=name, hint="for example 2026-10-16T10:30, by the clock of the site"
        )
    return time


def moment_of(time: datetime, zone_name: str, name: str) -> datetime:
    """The instant of a time; without an offset by the clock of the zone, unless that shows it twice or not at all."""
    from common.period import zone

    if time.tzinfo is not None:
        return time
    if not zone_name:
        raise InputError(
            "the time needs its offset: the meter hangs at no site",
            path=name,
            hint=f"{time.isoformat(timespec='minutes')}+02:00",
        )
    moment = time.replace(tzinfo=zone(zone_name))
    if moment.utcoffset() != moment.replace(fold=1).utcoffset():
        raise InputError(
            f"the clock of {zone_name} shows {time:%Y-%m-%d %H:%M} twice or not at all", path=name,
            hint=f"add the offset, for example {moment.isoformat(timespec='minutes')}",
        )  # fmt: skip
    return moment


def amount_of(text: str, name: str) -> Decimal:
    """The exact amount an option names."""
    from cloud_service.domain.money import exact

    return exact(text, name)


def indexes_of(texts: tuple[str, ...], name: str) -> dict[str, int]:
    """`REGISTER=INDEX` in the register's unit, as thousandths of it."""
    thousandths = {}
    for text in texts:
        register, sign, index = text.partition("=")
        if not sign:
            raise InputError(f"{text!r} is not REGISTER=INDEX", path=name)
        thousandths[register] = int(amount_of(index, name).scaleb(3).to_integral_exact())
    return thousandths


def entity_of(session: "Session", entity: int | None) -> int:
    """The legal entity that `--entity` names, or the only one."""
    from cloud_service.store.customers.legal_entities import entity_names

    names = entity_names(session)
    if entity is not None and entity in names:
        return entity
    if entity is None and len(names) == 1:
        return next(iter(names))
    choices = ", ".join(f"{entity_id} {name}" for entity_id, name in names.items()) or "none"
    raise InputError("name the legal entity", path="--entity", hint=f"known: {choices}")
