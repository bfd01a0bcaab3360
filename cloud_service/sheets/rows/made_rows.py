"""What the rows of a sheet made, by table and id; and a fault of a row that ends it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from cloud_service.sheets.heads.row_values import CellFault
from cloud_service.store.database.errors import REFUSALS, field_of, reason_of
from common.errors import EnergyError, UnavailableError

REMEMBERED = ("tariff_before", "vacancy")


def counted(ids: Mapping[str, Sequence[int]]) -> dict[str, int]:
    """How many of each table were row_ids; what is only remembered for the way back was not."""
    return {table: len(row_ids) for table, row_ids in ids.items() if table not in REMEMBERED}


class RowRefusedError(Exception):
    """A row that cannot be taken."""

    def __init__(self, fault: CellFault) -> None:
        super().__init__(fault.why)
        self.fault = fault


@dataclass
class MadeRows:
    """Ids by table, in the order in which they were made; `words` says it for people."""

    ids: dict[str, list[int]] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)

    def add(self, table: str, row_id: int, word: str = "") -> int:
        """One more; its id."""
        self.ids.setdefault(table, []).append(row_id)
        if word:
            self.words.append(word)
        return row_id

    def extend(self, other: "MadeRows") -> None:
        """All that another row made."""
        for table, ids in other.ids.items():
            self.ids.setdefault(table, []).extend(ids)


def refuse(column: str, cell: object, why: str, hint: str = "") -> RowRefusedError:
    """A fault at a column."""
    return RowRefusedError(CellFault(column, str(cell or ""), why, hint))


@contextmanager
def faults_at(column: str, cell: str, columns: Mapping[str, str] | None = None) -> Iterator[None]:
    """What a step refuses is said at the column that holds it: by the step's own field, else at `column`."""
    try:
        yield
    except UnavailableError:
        raise
    except REFUSALS as error:
        path = error.path if isinstance(error, EnergyError) else field_of(error)
        why = error.message if isinstance(error, EnergyError) else reason_of(error, detail=False)
        hint = error.hint if isinstance(error, EnergyError) else ""
        at = (columns or {}).get(path, column)
        raise RowRefusedError(CellFault(at, cell if at == column else "", why, hint)) from error
