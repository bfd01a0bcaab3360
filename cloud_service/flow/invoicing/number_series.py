"""How the documents of a company are numbered: changes only forward, and no number is ever given out twice."""

from dataclasses import asdict

from cloud_service.domain.invoicing.number_pattern import (
    DEFAULTS,
    SeriesManner,
    check,
    may_be_confused,
    numbered,
    prefix_in,
)
from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.invoicing.numbers import series_manners
from cloud_service.store.invoicing.numbers.series_manners import Series
from common.errors import ConflictError, InputError


def manner_of(session: Session, entity_id: int, kind: str, year: int) -> SeriesManner:
    """How the next document of a kind, dated in a year, is numbered."""
    series = series_manners.series_of(session, entity_id)
    used = series_manners.in_use(series, kind, year)
    if used is not None:
        return used.manner
    last = next((each for each in series if each.kind == kind and not each.closed), None)
    return (
        SeriesManner(last.pattern, last.digits, 1, yearly=True)
        if last
        else SeriesManner(DEFAULTS[kind], 5, 1, yearly=True)
    )


def set_manner(
    session: Session, entity_id: int, kind: str, manner: SeriesManner, *, year: int, author: str, reason: str = ""
) -> bool:
    """Number documents of a kind so from now on, in the year of `year`; whether that was a change.

    What was given out stays: another prefix, more digits or a jump ahead close the series and open the next one.
    """
    if kind not in DEFAULTS:
        raise InputError(f"{kind!r} is not numbered", path="kind", hint=", ".join(DEFAULTS))
    check(manner)
    series = series_manners.locked_series_of(session, entity_id)
    used = series_manners.in_use(series, kind, year)
    if used is not None and used.manner == manner:
        return False
    prefix = prefix_in(manner.pattern, year)
    _refuse_doubles(series, kind, manner, prefix)
    highest = series_manners.highest_issued(session, entity_id, prefix, manner.digits)
    if manner.next_number <= highest:
        raise ConflictError(
            f"there is a bill {numbered(prefix, highest, manner.digits)} already", path="next_number",
            hint=f"{highest + 1} or more, or another prefix",
        )  # fmt: skip
    series_manners.follow(session, entity_id, kind, year, manner, close=used)
    before = asdict(used.manner) if used else dict.fromkeys(asdict(manner))
    change = log.AuditChange(author, "number_series.set", f"legal_entity:{entity_id}", before, asdict(manner), reason)
    log.note_change(session, change)
    return True


def preview(manner: SeriesManner, year: int, count: int = 3) -> list[str]:
    """The next numbers as they will be printed."""
    prefix = prefix_in(manner.pattern, year)
    return [numbered(prefix, manner.next_number + n, manner.digits) for n in range(count)]


def _refuse_doubles(series: list[Series], kind: str, manner: SeriesManner, prefix: str) -> None:
    """No number that was given out, or that another series gives out, may come again."""
    for other in series:
        if other.kind == kind and other.prefix == prefix:
            if manner.next_number < other.next_number:
                raise ConflictError(
                    f"{numbered(prefix, other.next_number - 1, other.digits)} is given out already", path="next_number",
                    hint=f"{other.next_number} or more, or another prefix",
                )  # fmt: skip
        elif may_be_confused(prefix, other.prefix) and not (other.closed and other.first_number == other.next_number):
            raise ConflictError(
                f"{prefix!r} and {other.prefix!r} could make the same number", path="pattern",
                hint="end the prefix with another sign, for example -",
            )  # fmt: skip
