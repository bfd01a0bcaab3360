"""`energy-cloud readings`: take meter data files in."""

import json
from pathlib import Path
from typing import IO, Any

import click

from common.errors import InputError

PROGRESS_BYTES_MIN = 4_000_000  # below that a file is done before anyone looks


@click.group()
def readings() -> None:
    """Readings from files, and what became of them."""


@readings.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "format_name", type=click.Choice(["nem12", "csv"]), required=True, help="What the file is.")
@click.option("--dry-run", is_flag=True, help="Read and check only; needs no database.")
@click.option("--map", "columns", multiple=True, metavar="OURS=THEIRS", help="csv: which column is meter, register, time, value, unit, kind, step, quality, direction.")  # fmt: skip # noqa: E501 - one option a line
@click.option("--set", "constants", multiple=True, metavar="OURS=VALUE", help="csv: one value for all lines, for example unit=kWh.")  # fmt: skip # noqa: E501 - one option a line
@click.option("--zone", default="UTC", show_default=True, help="csv: IANA zone of times without an offset.")
@click.option("--delimiter", default="", help="csv: found in the header unless given.")
@click.option("--decimal", default=".", show_default=True, help="csv: the decimal sign.")
@click.option("--time-format", default="", help="csv: strptime format of the time; ISO 8601 unless given.")
@click.option("--interval-time", type=click.Choice(["start", "end"]), default="start", show_default=True, help="csv: what the time of an interval means.")  # fmt: skip # noqa: E501 - one option a line
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def import_file(file: Path, format_name: str, *, dry_run: bool, as_json: bool, **table: Any) -> None:
    """Import a meter data FILE, all of it or nothing.

    Exit codes: 0 imported, 6 imported with problems worth a look, 1 refused, 3 no such file.
    """
    from cloud_service.domain.meterdata import BadFileError, Summary, read

    summary = Summary([])
    options = _options(**table)
    with _open(file) as stream:
        try:
            for _ in read(stream, format_name, summary, options):
                pass
        except BadFileError as error:
            raise error.in_file(str(file)) from None
    result = {"file": str(file), "dry_run": dry_run, **summary.as_json()}
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
    else:
        _print(result)
    raise SystemExit(6 if result["problems"] else 0)


def _options(columns: tuple[str, ...], constants: tuple[str, ...], **table: str) -> Any:
    from cloud_service.domain.meterdata import Mapping, Options

    return Options(Mapping(columns=_pairs(columns, "--map"), constants=_pairs(constants, "--set"), **table))


def _pairs(texts: tuple[str, ...], option: str) -> dict[str, str]:
    """`OURS=THEIRS` options as a dict."""
    found = {}
    for text in texts:
        ours, sign, theirs = text.partition("=")
        if not sign:
            raise InputError(f"{text!r} is not OURS=THEIRS", path=option)
        found[ours.strip()] = theirs.strip()
    return found


def _open(file: Path) -> IO[bytes]:
    from common.errors import NotFoundError

    try:
        return file.open("rb")
    except FileNotFoundError:
        raise NotFoundError("there is no such file", path=str(file)) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=str(file)) from None


def _print(result: dict[str, Any]) -> None:
    """A table for people."""
    rows = [("METER", "REGISTER", "INTERVALS", "SUM", "UNIT", "FIRST", "LAST")]
    rows += [
        (row["meter"], row["register"], f"{row['intervals']:,}", row["sum"], row["unit"], row["first"], row["last"])
        for row in result["registers"]
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [
            text.rjust(width) if column in (2, 3) else text.ljust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        click.echo("  ".join(cells).rstrip())
    for problem in result["problems"]:
        click.echo(f"line {problem['line']}: {problem['message']}", err=True)
    if result["dry_run"]:
        click.echo("dry run: nothing was stored", err=True)
