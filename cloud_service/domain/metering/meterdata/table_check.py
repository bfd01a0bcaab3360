"""All that is wrong with the rows of a table, where reading it would stop at the first."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from cloud_service.domain.metering.meterdata.csv_table import (
    ColumnMapping,
    ReadingTable,
    TableReading,
    open_table,
)
from cloud_service.domain.metering.meterdata.series import BadFileError, FileChannel
from cloud_service.domain.metering.meterdata.table_head import BodyRows


@dataclass(slots=True)
class RegisterRows:
    """The good rows of one register."""

    channel: FileChannel
    line: int  # of the first one
    first_ms: int  # the earliest instant
    count: int = 0


@dataclass(slots=True)
class TableCheck:
    """Faults in the order of their rows, `most` of them, and whose readings the other rows are."""

    most: int
    faults: list[BadFileError] = field(default_factory=list)
    registers: dict[tuple[str, str], RegisterRows] = field(default_factory=dict)
    readings: dict[tuple[str, str, int], tuple[Decimal, int]] = field(default_factory=dict)  # value, line

    def add(self, channel: FileChannel, reading: TableReading) -> None:
        """A row that can be read; one that contradicts an earlier row is a fault."""
        key = channel.meter, channel.register
        rows = self.registers.setdefault(key, RegisterRows(channel, reading.line, reading.at_ms))
        rows.first_ms, rows.count = min(rows.first_ms, reading.at_ms), rows.count + 1
        if (rows.channel.unit, rows.channel.kind) != (channel.unit, channel.kind):
            _refuse(f"another unit or kind of {key[0]} {key[1]} than in line {rows.line}", reading, "unit")
        value, line = self.readings.setdefault((*key, reading.at_ms), (reading.value, reading.line))
        if value != reading.value:
            _refuse(f"at the instant of line {line}, which says {value} for {key[0]} {key[1]}", reading)


def check_rows(lines: Iterable[str], mapping: ColumnMapping, most: int) -> TableCheck:
    """Look at every row; BadFileError where the header is wrong already."""
    table, rows = open_table(lines, mapping)
    check = TableCheck(most)
    while len(check.faults) < most and _goes_on(table, rows, check):
        pass
    return check


def _goes_on(table: ReadingTable, rows: BodyRows, check: TableCheck) -> bool:
    """Look at the next row; False where there is none, or what follows is no text."""
    try:
        fields = next(rows)
    except StopIteration:
        return False
    except csv.Error as error:
        check.faults.append(BadFileError(str(error), line=table.head_line + rows.line_num))
        return True
    except BadFileError as error:
        check.faults.append(error)
        return False
    try:
        if any(fields):
            check.add(*table.reading(table.head_line + rows.line_num, fields))
    except BadFileError as error:
        check.faults.append(error)
    return True


def _refuse(message: str, reading: TableReading, column: str = "value") -> None:
    raise BadFileError(message, line=reading.line, field=column)
