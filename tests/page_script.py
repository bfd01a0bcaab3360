"""A page of the manual as a script: what stands in bold is pressed or filled in, what stands in italics is seen."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

BLOCK = re.compile(r"^```\n(.*?)^```$", re.DOTALL | re.MULTILINE)
ITEM = re.compile(r"^\d+\. .*(?:\n {3}.*)*", re.MULTILINE)
SIGN = re.compile(
    r"\*\*(?P<label>[^*]+)\*\*(?:\s+\[`(?P<file>[^`]+)`\]\([^)]*\)|\s+`(?P<value>[^`]+)`)?|\*(?P<text>[^*]+)\*"
)


@dataclass(frozen=True, slots=True)
class Command:
    """A block of lines for a terminal."""

    lines: str


@dataclass(frozen=True, slots=True)
class Press:
    """A button or a link."""

    label: str


@dataclass(frozen=True, slots=True)
class Fill:
    """A field, and what is typed or chosen; or the file that is chosen."""

    label: str
    value: str
    is_file: bool = False


@dataclass(frozen=True, slots=True)
class See:
    """What the screen says."""

    text: str


Step = Command | Press | Fill | See


def section(page: str, title: str) -> str:
    """What stands below a heading of the second level."""
    return page.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def steps_of(text: str) -> Iterator[Step]:
    """Blocks of commands and numbered items, in the order of the page; what stands between them is read by people."""
    parts = sorted([*BLOCK.finditer(text), *ITEM.finditer(text)], key=re.Match.start)
    for part in parts:
        if part[0].startswith("```"):
            yield Command(part[1])
        else:
            yield from _item_steps(" ".join(part[0].split()))


def _item_steps(item: str) -> Iterator[Step]:
    for sign in SIGN.finditer(item):
        if sign["text"]:
            yield See(sign["text"].rstrip("."))
        elif sign["file"] or sign["value"]:
            yield Fill(sign["label"], sign["file"] or sign["value"], is_file=bool(sign["file"]))
        else:
            yield Press(sign["label"])
