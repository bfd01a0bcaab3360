"""`energy-edge buffer`: look into a gateway's buffer while no agent runs, and get readings out of any file."""

import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from common.cli import LazyGroup
from common.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from common.message import Channel

COMMANDS = {
    "verify": ("edge_agent.cli.buffer:verify", "Check every reading of a buffer."),
    "inspect": ("edge_agent.cli.buffer:inspect", "Show tables, streams, channels and boots of a buffer."),
    "export": ("edge_agent.cli.buffer:export", "Write readings as CSV or JSON, from damaged files too."),
}
FINDINGS_EXIT_CODE = 6
STEP_ROWS = 5000
HEAD = ("epoch", "sequence", "meter", "register", "unit", "at", "value", "quality", "time_quality", "receipted")
START = datetime(1970, 1, 1, tzinfo=UTC)
Fields = tuple[object, ...]
"""One reading, in the order of `HEAD`."""


@click.group(cls=LazyGroup, commands_at=COMMANDS)
def buffer() -> None:
    """Look into a gateway's buffer. FOLDER is the data folder of the site file, or a damaged-N in it."""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def verify(folder: Path, as_json: bool) -> None:  # noqa: FBT001 - a click flag
    """Check every reading of a buffer. Exit code 6: something is damaged (the agent mends it when it starts)."""
    verdict = _verified(folder)
    if as_json:
        click.echo(json.dumps(verdict, indent=2))
    else:
        from edge_agent.cli.table import table

        names = ("epoch", "last", "receipted", "waiting", "void", "readable")
        rows = [tuple(str(stream[name]) for name in names) for stream in verdict["streams"]]
        click.echo(table(names, rows, right=range(len(names))))
        click.echo(f"lost to damage: {verdict['lost']}, thinned: {verdict['thinned']}")
        click.echo(verdict["damage"] or "every reading is as it was written")
    if verdict["damage"]:
        raise SystemExit(FINDINGS_EXIT_CODE)


def _verified(folder: Path) -> dict[str, Any]:
    from edge_agent.buffer import Buffer, Damaged
    from edge_agent.clock import boot_id

    _must_hold(folder)
    try:
        opened = Buffer(folder, boot_id=boot_id())
    except Damaged as error:
        return {"streams": [], "lost": 0, "thinned": 0, "damage": error.message}
    streams, damage = [], ""
    try:
        for stream in opened.streams.values():
            readable, first = 0, 1
            try:
                while rows := opened.rows(stream, first, stream.last, STEP_ROWS):
                    readable, first = readable + len(rows), rows[-1].sequence + 1
            except Damaged as error:
                damage = error.message
            counts = {"epoch": stream.epoch, "last": stream.last, "receipted": len(stream.done)}
            void = sum(len(ranges) for ranges in stream.voids.values())
            streams.append({**counts, "waiting": stream.pending, "void": void, "readable": readable})
        return {"streams": streams, "lost": opened.lost, "thinned": opened.thinned, "damage": damage}
    finally:
        opened.close()


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def inspect(folder: Path, as_json: bool) -> None:  # noqa: FBT001 - a click flag
    """Show what a buffer's file holds, without changing it: tables, streams, channels, boots."""
    from edge_agent.buffer.inspection import inspected

    _must_hold(folder)
    with inspected(folder) as opened:
        summary = opened.summary()
    if as_json:
        click.echo(json.dumps(summary, indent=2))
    else:
        _show(summary)


def _show(summary: dict[str, Any]) -> None:
    from edge_agent.cli.table import table

    click.echo(f"{summary['file']}: {summary['bytes']} bytes")
    click.echo(", ".join(f"{count} rows in {name}" for name, count in summary["tables"].items()))
    names = ("epoch", "last", "receipted", "waiting", "stored")
    rows = [tuple(str(stream[name]) for name in names) for stream in summary["streams"]]
    click.echo("\n" + table(names, rows, right=range(len(names))))
    fields = ("number", "meter", "register", "unit", "kind", "readings")
    rows = [
        (
            *(str(channel[name]) for name in fields),
            "" if channel["last_at_ms"] is None else _time(channel["last_at_ms"]),
        )
        for channel in summary["channels"]
    ]
    click.echo("\n" + table((*fields, "last at"), rows, right=(0, 5)))


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("target", metavar="[FILE]", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--raw", is_flag=True, help="Read the file itself, however damaged; a reading may appear several times.")
def export(folder: Path, target: Path | None, raw: bool) -> None:  # noqa: FBT001 - a click flag
    """Write readings to FILE (.csv or .json), or as CSV to standard output. The buffer is not changed."""
    _must_hold(folder)
    if target and target.suffix not in WRITERS:
        raise InputError(f"{target.name} is neither .csv nor .json", hint="energy-edge buffer export FOLDER FILE.csv")
    rows = _raw(folder) if raw else _rows(folder)
    if target is None:
        _write_csv(sys.stdout, rows)
        return
    unfinished = target.with_name(f"{target.name}.part")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            WRITERS[target.suffix](file, rows)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)  # of an export that ended early


def _write_csv(file: TextIO, rows: Iterable[Fields]) -> None:
    writer = csv.writer(file)
    writer.writerow(HEAD)
    writer.writerows(rows)


def _write_json(file: TextIO, rows: Iterable[Fields]) -> None:
    """A list with one object a line; values are texts, so that they stay exact."""
    file.write("[")
    for number, row in enumerate(rows):
        fields = dict(zip(HEAD, row, strict=True))
        file.write((",\n" if number else "\n") + json.dumps(fields, ensure_ascii=False, default=str))
    file.write("\n]\n")


WRITERS: Mapping[str, Callable[[TextIO, Iterable[Fields]], None]] = {".csv": _write_csv, ".json": _write_json}


def _must_hold(folder: Path) -> None:
    if not list(folder.glob("buffer.db*")):
        raise NotFoundError(f"there is no buffer in {folder}", hint="give the data folder of the site file")


def _rows(folder: Path) -> Iterator[Fields]:
    from edge_agent.buffer.inspection import inspected

    with inspected(folder) as opened:
        for reading in opened.readings():
            row = reading.row
            fields = _channel_fields(reading.channel, row.value, reading.at_ms)
            receipted = "yes" if reading.receipted else "no"
            yield (reading.epoch, row.sequence, *fields, row.quality, reading.time_quality, receipted)


def _raw(folder: Path) -> Iterator[Fields]:
    from edge_agent.buffer.companion_files import read_directory
    from edge_agent.buffer.salvage import scan

    directory = read_directory(folder / "buffer.catalog") or read_directory(folder.parent / "buffer.catalog")
    if directory is None:
        raise InputError("there is no readable buffer.catalog", path=str(folder), hint="copy it from the data folder")
    epochs = dict(directory.streams)
    for number, row in scan(folder, epochs):
        channel = directory.channels[row.channel]
        fields = _channel_fields(channel, row.value, row.at_ms)
        yield (epochs[number], row.sequence, *fields, row.quality, row.time_quality, "")


def _channel_fields(channel: "Channel", value: int, at_ms: int) -> Fields:
    from common.reading import as_decimal

    return channel.meter, channel.register, channel.unit, _time(at_ms), as_decimal(value)


def _time(at_ms: int) -> str:
    return (START + timedelta(milliseconds=at_ms)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
