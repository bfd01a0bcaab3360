"""A column of a list, on screen and in files."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `kind` says how a value is written, `unit` names the field of its currency, `link` its address."""

    key: str
    label: str
    kind: str = "text"
    unit: str = ""
    link: Callable[[Any], str] | None = None
    sortable: bool = True
    strong: bool = False
    in_file: bool = True
    on_screen: bool = True
    nowrap: bool = False
    show_unit: bool = False

    @property
    def numeric(self) -> bool:
        """Whether it is set to the right."""
        return self.kind in ("amount", "kwh", "use", "number", "decimal")
