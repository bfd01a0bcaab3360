"""What all rows of an import share: into which company, by whom, why, and what they may make."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from cloud_service.sheets.heads.columns import SheetKind
from cloud_service.sheets.heads.numbers import FreeNumbers
from cloud_service.sheets.rows.made_rows import refuse
from cloud_service.store.customers.legal_entities import EntityFields
from cloud_service.store.database.session import Session
from cloud_service.store.metering.sites_and_meters import PointSite, site_of_point
from cloud_service.store.scope import Scope


@dataclass
class SheetEntry:
    """One import on its way into the database."""

    session: Session
    entity_id: int
    company: EntityFields
    author: str
    reason: str
    today: date
    kind: SheetKind
    row_of: dict[tuple[str, int], int] = field(default_factory=dict)  # what was made -> number of its row
    sites: dict[tuple[str, ...], int] = field(default_factory=dict)  # what rows say of a site -> the one that is there
    tariffs: dict[str, int] = field(default_factory=dict)
    _points: dict[int, PointSite] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.numbers = FreeNumbers(self.session, self.entity_id)

    @property
    def makes(self) -> frozenset[str]:
        """The pieces that its rows may make."""
        return self.kind.makes

    @property
    def scope(self) -> Scope:
        """Rows name what is the company's, nothing else."""
        return Scope(entities=frozenset({self.entity_id}))

    def place_of(self, point_id: int) -> PointSite:
        """The site of a service point."""
        if point_id not in self._points:
            self._points[point_id] = site_of_point(self.session, point_id)
        return self._points[point_id]

    def row_that_made(self, table: str, row_id: int) -> str:
        """For a hint; empty where it was there before the sheet."""
        number = self.row_of.get((table, row_id))
        return f"row {number} has the same" if number else ""

    @staticmethod
    def refuse_difference(noun: str, stored: object, fields: Mapping[str, object], columns: Mapping[str, str]) -> None:
        """What is there stays as it is: a sheet that says otherwise is refused."""
        for name, value in fields.items():
            if value not in ("", None) and getattr(stored, name) != value:
                there = getattr(stored, name)
                raise refuse(
                    columns[name], value, f"{noun} is there {f'with {there!r}' if there else 'without it'}",
                    "change it on its own page, or leave the cell empty",
                )  # fmt: skip
