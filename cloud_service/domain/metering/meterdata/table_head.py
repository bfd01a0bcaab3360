"""The line of a table that names its columns: some tables begin with lines about who sends them, and for whom."""

import csv
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _csv import Reader

DELIMITERS = (",", ";", "\t", "|")
HEAD_LINES = 40  # that are looked through


def split_head(
    lines: Sequence[str], names_columns: Callable[[list[str]], bool], delimiter: str = ""
) -> tuple[int, str]:
    """Place of the first line that names columns, and what stands between its cells; the first line where none does."""
    for place, line in enumerate(lines[:HEAD_LINES]):
        sign = delimiter or delimiter_of(line)
        if names_columns(cells(line, sign)):
            return place, sign
    return 0, delimiter or (delimiter_of(lines[0]) if lines else DELIMITERS[0])


def delimiter_of(line: str) -> str:
    """What stands between the cells of a line, as often as it does."""
    return max(DELIMITERS, key=line.count)


def cells(line: str, delimiter: str) -> list[str]:
    """The cells of a single line, without blanks around them."""
    return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]


def without(lines: Iterator[str], count: int) -> Iterator[str]:
    """All but the first lines."""
    for place, line in enumerate(lines):
        if place >= count:
            yield line


class BodyRows:
    """The rows below the head; where it is said again, with or without a title before it, both are passed over."""

    def __init__(self, reader: "Reader", names: Sequence[str]) -> None:
        self._reader, self._names = reader, list(names)
        self._waiting: list[tuple[int, list[str]]] = []
        self.line_num = 0  # of the row that came last, counted from the head on

    def __iter__(self) -> Iterator[list[str]]:
        return self

    def __next__(self) -> list[str]:
        """The next row."""
        while True:
            line, fields = self._waiting.pop(0) if self._waiting else self._read()
            if self._is_head(fields) or (len(fields) == 1 < len(self._names) and self._is_title()):
                continue
            self.line_num = line
            return fields

    def _read(self) -> tuple[int, list[str]]:
        try:
            fields = next(self._reader)
        except csv.Error:
            self.line_num = self._reader.line_num
            raise
        return self._reader.line_num, fields

    def _is_head(self, fields: list[str]) -> bool:
        return len(fields) == len(self._names) > 1 and [field.strip() for field in fields] == self._names

    def _is_title(self) -> bool:
        """Whether the next line that is not empty is the head once more."""
        while not any(any(fields) for _line, fields in self._waiting):
            try:
                self._waiting.append(self._read())
            except StopIteration:
                return False
        return self._is_head(next(fields for _line, fields in self._waiting if any(fields)))
