"""What a file holds, per register: count, first and last instant, exact sum. Contradictions refuse the file."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from cloud_service.domain.metering.meterdata.series import (
    BadFileError,
    FileBlock,
    FileChannel,
    FileFinding,
    FileIndexReads,
    FileIntervals,
)
from common.reading import OLDEST_MS, Quality

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class RegisterTotal:
    """One register's part of a file. `total` is exact: intervals summed, or last index less first."""

    channel: FileChannel
    steps_s: list[int] = field(default_factory=list)  # a register may change its step, for example from 30 to 5 minutes
    intervals: int = 0
    missing: int = 0
    total: Decimal = Decimal(0)
    first_ms: int = 0
    last_ms: int = 0
    by_quality: dict[str, int] = field(default_factory=dict)
    index: dict[int, Decimal] = field(default_factory=dict)  # of an index register: instant -> what it showed

    @property
    def first(self) -> datetime:
        """The instant at which its readings begin."""
        return EPOCH + timedelta(seconds=self.first_ms // 1000)

    @property
    def last(self) -> datetime:
        """The instant at which they end."""
        return EPOCH + timedelta(seconds=self.last_ms // 1000)

    def refuse_wrong_year(self) -> None:
        """Refuse readings before the year 2000: days would be made from such a slip until today."""
        if self.first_ms < OLDEST_MS:
            raise BadFileError(
                f"{self.channel.meter} {self.channel.register} has a reading of {self.first.date()}, before the year"
                " 2000: look at the year, and at the order of day and month"
            )

    def as_json(self) -> dict[str, Any]:
        """For `--json`: exact decimals as strings, instants in the file's offset; `last` ends the last interval.

        `index` is what an index register showed last.
        """
        return {
            "meter": self.channel.meter,
            "register": self.channel.register,
            "serial": self.channel.serial,
            "unit": self.channel.unit,
            "kind": self.channel.kind.value,
            "direction": self.channel.direction,
            "steps_s": self.steps_s,
            "intervals": self.intervals,
            "missing": self.missing,
            "first": self._local(self.first_ms),
            "last": self._local(self.last_ms),
            "sum": f"{self.total:f}",
            "index": f"{self.index[max(self.index)]:f}" if self.index else None,
            "qualities": self.by_quality,
        }

    def _local(self, at_ms: int) -> str:
        return datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(self.channel.tz).isoformat()


class FileSummary:
    """Watches the blocks of a file go by: `watch` passes on each new one and leaves out exact repetitions."""

    def __init__(self, findings: list[FileFinding]) -> None:
        self.findings = findings
        self.totals: dict[tuple[str, str], RegisterTotal] = {}
        self._seen: dict[tuple[str, str], _SpansSeen] = {}

    def watch(self, blocks: Iterable[FileBlock]) -> Iterator[FileBlock]:
        """The blocks that say something new; one that contradicts an earlier one is refused."""
        for block in blocks:
            key = block.channel.meter, block.channel.register
            total = self.totals.setdefault(key, RegisterTotal(block.channel))
            _refuse_other_channel(total, block)
            if isinstance(block, FileIntervals):
                if self._seen.setdefault(key, _SpansSeen()).before(block):
                    self.findings.append(
                        FileFinding(block.line, f"{key[0]} {key[1]}: the same intervals again, counted once")
                    )
                    continue
                _add_intervals(total, block)
            else:
                _add_reads(total, block)
            yield block

    def as_json(self) -> dict[str, Any]:
        """`{"registers": […], "problems": […]}`, registers in the file's order."""
        return {
            "registers": [total.as_json() for total in self.totals.values()],
            "problems": [finding.as_json() for finding in self.findings],
        }


class _SpansSeen:
    """The spans of one channel that came by, in order of time, with what they said."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._blocks: list[tuple[int, int, int]] = []  # end, hash of what it said, line

    def before(self, block: FileIntervals) -> bool:
        """Whether exactly this came before; an overlap that says something else is refused."""
        place = bisect_left(self._starts, block.start_ms)
        said = hash((block.values, block.qualities))
        if place < len(self._starts) and self._starts[place] == block.start_ms:
            if self._blocks[place][:2] == (block.end_ms, said):
                return True
            _contradiction(block, self._blocks[place][2])
        if place < len(self._starts) and self._starts[place] < block.end_ms:
            _contradiction(block, self._blocks[place][2])
        if place and self._blocks[place - 1][0] > block.start_ms:
            _contradiction(block, self._blocks[place - 1][2])
        self._starts.insert(place, block.start_ms)
        self._blocks.insert(place, (block.end_ms, said, block.line))
        return False


def _contradiction(block: FileIntervals, other_line: int) -> None:
    raise BadFileError(
        f"{block.channel.meter} {block.channel.register}: gives intervals again, otherwise than line {other_line}",
        line=block.line,
        field="IntervalDate",
    )


def _refuse_other_channel(total: RegisterTotal, block: FileBlock) -> None:
    """A register keeps its unit and kind through a file."""
    earlier, now = total.channel, block.channel
    if (earlier.unit, earlier.kind) != (now.unit, now.kind):
        raise BadFileError(
            f"{now.meter} {now.register} changes from {earlier.kind} in {earlier.unit or 'no unit'}"
            f" to {now.kind} in {now.unit or 'no unit'}",
            line=block.line,
            field="UOM",
        )
    if now.step_s and now.step_s not in total.steps_s:
        total.steps_s.append(now.step_s)


def _add_intervals(total: RegisterTotal, block: FileIntervals) -> None:
    first = not total.intervals and not total.missing
    missing = block.qualities.count(Quality.MISSING)
    total.missing += missing
    total.intervals += len(block.values) - missing
    usable = block.values
    if missing:
        usable = tuple(v for v, q in zip(block.values, block.qualities, strict=True) if q != Quality.MISSING)
    total.total = sum(usable, total.total)
    for quality in Quality:
        if count := block.qualities.count(quality):
            total.by_quality[quality.name.lower()] = total.by_quality.get(quality.name.lower(), 0) + count
    total.first_ms = block.start_ms if first else min(total.first_ms, block.start_ms)
    total.last_ms = max(total.last_ms, block.end_ms)


def _add_reads(total: RegisterTotal, block: FileIndexReads) -> None:
    """An index register's sum is its last index less its first, in whatever order they came."""
    for at_ms, value, quality in zip(block.at_ms, block.values, block.qualities, strict=True):
        earlier = total.index.setdefault(at_ms, value)
        if earlier != value:
            raise BadFileError(
                f"{block.channel.meter} {block.channel.register}: two indexes at one instant, {earlier} and {value}",
                line=block.line,
                field="time",
            )
        name = Quality(quality).name.lower()
        total.by_quality[name] = total.by_quality.get(name, 0) + 1
    total.first_ms, total.last_ms = min(total.index), max(total.index)
    total.intervals = len(total.index) - 1
    total.total = total.index[total.last_ms] - total.index[total.first_ms]
