"""A file of readings as a command names it: its format and its columns are found where no option says them."""

from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from cloud_service.cli.options import pairs_of
from common.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from cloud_service.domain.metering.meterdata import ColumnMapping, MeterDataFile
    from cloud_service.domain.metering.meterdata.table_guess import TableGuess

GUESSED = ("meter", "register", "time", "time_of_day", "value", "unit")
"""Columns that are found by what they are usually called; the others only by our names for them."""


def readings_file(
    file: Path, format_name: str | None, zone_of_sites: Callable[[], str], **table: Any
) -> "MeterDataFile":
    """The file with how it is to be read; the zone of the sites is asked for where its times need one."""
    from cloud_service.domain.metering.meterdata import FormatOptions, MeterDataFile
    from cloud_service.domain.metering.meterdata.table_guess import SAMPLE_BYTES, format_of, guess_table

    with open_file(file) as opened:
        sample = opened.read(SAMPLE_BYTES)
    format_name = format_name or format_of(sample)
    options = FormatOptions()
    if format_name == "csv":
        options = FormatOptions(_mapping(guess_table(sample), zone_of_sites, **table))
    return MeterDataFile(str(file), format_name, lambda: open_file(file), options)


def _mapping(
    guess: "TableGuess", zone_of_sites: Callable[[], str], *, columns: tuple[str, ...], constants: tuple[str, ...],
    zone: str, delimiter: str, decimal: str, time_format: str, interval_time: str,
) -> "ColumnMapping":  # fmt: skip
    """What options say of a table, and what its head and first rows tell beyond that."""
    from cloud_service.domain.metering.meterdata import ColumnMapping

    if guess.other_time_format and not time_format:
        raise InputError(
            f"{guess.rows[0][guess.columns.index('time')]!r}, and each other time, may have the day or the month first",
            path="time", hint=f"say it: --time-format '{guess.time_format}' or '{guess.other_time_format}'",
        )  # fmt: skip
    typed_columns, fixed = pairs_of(columns, "--map", "OURS=THEIRS"), pairs_of(constants, "--set", "OURS=THEIRS")
    theirs = {name.lower() for name in typed_columns.values()}
    guessed_columns = {
        ours: head
        for ours, head in zip(guess.columns, guess.header, strict=True)
        if ours in GUESSED and ours not in typed_columns and ours not in fixed and head.lower() not in theirs
    }
    return ColumnMapping(
        columns=guessed_columns | typed_columns, constants=fixed, delimiter=delimiter,
        interval_time=interval_time or guess.interval_time,
        decimal=decimal or guess.decimal, time_format=time_format or guess.time_format,
        zone=zone or (zone_of_sites() if guess.has_local_times else "UTC"),
    )  # fmt: skip


def open_file(file: Path) -> IO[bytes]:
    """Its bytes; a file that is not there or cannot be read is said so."""
    try:
        return file.open("rb")
    except FileNotFoundError:
        raise NotFoundError("there is no such file", path=str(file)) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=str(file)) from None
