"""`energy-edge buffer`: look into a gateway's buffer while no agent runs, and get readings out of any file."""

import csv
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from common.cli import LazyGroup
from common.errors import InputError, NotFoundError

COMMANDS = {
    "verify": ("edge_agent.cli.buffer:verify", "Check every reading of a buffer."),
    "export": ("edge_agent.cli.buffer:export", "Write readings as CSV, from damaged files too."),
}
FINDINGS_EXIT_CODE = 6
STEP_ROWS = 5000
HEAD = ("epoch", "sequence", "meter", "register", "unit", "at", "value", "quality", "time_quality", "receipted")
START = datetime(1970, 1, 1, tzinfo=UTC)


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
@click.option("--raw", is_flag=True, help="Read the file itself, however damaged; a reading may appear several times.")
def export(folder: Path, raw: bool) -> None:  # noqa: FBT001 - a click flag
    """Write readings as CSV to standard output."""
    _must_hold(folder)
    writer = csv.writer(sys.stdout)
    writer.writerow(HEAD)
    writer.writerows(_raw(folder) if raw else _rows(folder))


def _must_hold(folder: Path) -> None:
    if not list(folder.glob("buffer.db*")):
        raise NotFoundError(f"there is no buffer in {folder}", hint="give the data folder of the site file")


def _rows(folder: Path) -> Iterator[tuple[object, ...]]:
    from edge_agent.buffer import Buffer
    from edge_agent.clock import boot_id

    opened = Buffer(folder, boot_id=boot_id())
    try:
        for stream in opened.streams.values():
            first = 1
            while rows := opened.rows(stream, first, stream.last, STEP_ROWS):
                first = rows[-1].sequence + 1
                for row in rows:
                    at_ms, time_quality = opened.dated(row) or (row.at_ms, row.time_quality)
                    receipted = "yes" if row.sequence in stream.done else "no"
                    channel = opened.directory.channels[row.channel]
                    yield (
                        stream.epoch,
                        row.sequence,
                        *_channel_fields(channel, row.value, at_ms),
                        row.quality,
                        time_quality,
                        receipted,
                    )
    finally:
        opened.close()


def _raw(folder: Path) -> Iterator[tuple[object, ...]]:
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


def _channel_fields(channel: Any, value: int, at_ms: int) -> tuple[object, ...]:
    from common.reading import as_decimal

    at = (START + timedelta(milliseconds=at_ms)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return channel.meter, channel.register, channel.unit, at, as_decimal(value)
