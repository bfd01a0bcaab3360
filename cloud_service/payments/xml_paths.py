"""Children of XML elements along a path, whatever their namespace."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any


def text_at(node: Any, path: str) -> str:
    """The text of the first child along a path; nothing where there is none."""
    element = next(children(node, path), None)
    return (element.text or "").strip() if element is not None else ""


def children(node: Any, path: str) -> Iterator[Any]:
    """All children along a path."""
    head, _, rest = path.partition("/")
    for child in node:
        if name_of(child) == head:
            if rest:
                yield from children(child, rest)
            else:
                yield child


def name_of(node: Any) -> str:
    """The name of an element without its namespace."""
    return _without_namespace(str(node.tag)) if node is not None else ""


@lru_cache(1024)
def _without_namespace(tag: str) -> str:
    return tag.rpartition("}")[2]
