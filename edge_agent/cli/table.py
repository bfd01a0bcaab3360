"""Tables for people: columns as wide as they must be, numbers to the right, no wider than the screen."""

import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

import click

GAP = "  "


def table(
    head: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[int] = (), width: int | None = None
) -> str:
    """Lines of text; `right` names the columns of numbers. `width`: that of the screen, if it is one.

    A column without a single entry is left out. Where the screen is too narrow the widest columns of text are wrapped.
    """
    lines = [list(head), *[list(row) for row in rows]]
    filled = [column for column in range(len(head)) if len(lines) == 1 or any(line[column] for line in lines[1:])]
    lines = [[line[column] for column in filled] for line in lines]
    numbers = [place for place, column in enumerate(filled) if column in right]
    widths = _widths(lines, numbers, _screen() if width is None else width)
    texts = []
    for number, line in enumerate(lines):
        text = "\n".join(_wrapped(line, widths, numbers))
        texts.append(click.style(text, bold=True) if number == 0 else text)
    return "\n".join(texts)


def _screen() -> int:
    """Columns of the terminal; no limit where nobody looks at one."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize


def _widths(lines: Sequence[Sequence[str]], numbers: Sequence[int], screen: int) -> list[int]:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    longest_words = [
        max(len(word) for text in column for word in text.split() or [""]) for column in zip(*lines, strict=True)
    ]
    while sum(widths) + len(GAP) * (len(widths) - 1) > screen:
        texts = [place for place in range(len(widths)) if place not in numbers and widths[place] > longest_words[place]]
        if not texts:
            break
        widths[max(texts, key=lambda place: widths[place])] -= 1
    return widths


def _wrapped(line: Sequence[str], widths: Sequence[int], numbers: Sequence[int]) -> Iterator[str]:
    """One row as the lines it takes."""
    cells = [textwrap.wrap(text, widths[place]) or [""] for place, text in enumerate(line)]
    for parts in zip_longest(*cells, fillvalue=""):
        aligned = (
            text.rjust(widths[place]) if place in numbers else text.ljust(widths[place])
            for place, text in enumerate(parts)
        )
        yield GAP.join(aligned).rstrip()
