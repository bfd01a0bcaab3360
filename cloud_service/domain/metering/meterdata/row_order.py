"""Whether a table begins with its oldest or with its newest row, told by its first rows."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from cloud_service.domain.metering.meterdata.series import BadFileError

ROWS = 500  # that tell the order: more than a clock change can turn round


def look_ahead(lines: Iterator[str]) -> tuple[list[str], Iterator[str]]:
    """The first lines, and all of them; a line that cannot be read is refused where it stands."""
    first: list[str] = []
    refused: BadFileError | None = None
    try:
        first.extend(islice(lines, ROWS))
    except BadFileError as error:
        refused = error
    return first, _again(first, refused, lines)


def _again(first: Sequence[str], refused: BadFileError | None, rest: Iterator[str]) -> Iterator[str]:
    yield from first
    if refused is not None:
        raise refused
    yield from rest


def is_newest_first(times: Iterable[tuple[Hashable, datetime]]) -> bool:
    """Whether the times of most channels fall from row to row; `times` are of a channel each, in the rows' order."""
    last: dict[Hashable, datetime] = {}
    rises = falls = 0
    for channel, moment in times:
        before = last.get(channel, moment)
        rises += moment > before
        falls += moment < before
        last[channel] = moment
    return falls > rises
