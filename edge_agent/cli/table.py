"""Tables for people: columns as wide as they must be, numbers to the right."""

from collections.abc import Iterable, Sequence

import click


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """Lines of text; `right` names the columns of numbers."""
    lines = [list(head), *[list(row) for row in rows]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    shown = []
    for number, line in enumerate(lines):
        cells = [
            text.rjust(widths[column]) if column in right else text.ljust(widths[column])
            for column, text in enumerate(line)
        ]
        joined = "  ".join(cells).rstrip()
        shown.append(click.style(joined, bold=True) if number == 0 else joined)
    return "\n".join(shown)
