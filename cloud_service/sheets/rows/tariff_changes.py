"""Another tariff from a day on, for many connections at once: by their number, or by where they are."""

from datetime import date

from cloud_service.flow.customers import contract as contract_flow
from cloud_service.sheets.heads.row_values import RowValues
from cloud_service.sheets.rows.entry import SheetEntry
from cloud_service.sheets.rows.made_rows import MadeRows, faults_at, refuse
from cloud_service.sheets.rows.parties import tariff_named
from cloud_service.store.sheets import tariff_changes
from cloud_service.store.sheets.tariff_changes import KnownConnection


def tariff_change_of(entry: SheetEntry, row: RowValues, point_id: int | None, new_records: MadeRows) -> None:
    """Change the tariff of the connection that a row means, unless it is so already."""
    day = row.tariff_from or entry.today
    connection = _connection(entry, row, point_id, day)
    tariff_id = tariff_named(entry, row)
    assignments = tariff_changes.assignments_from(entry.session, connection.id, day)
    now = next((assignment for assignment in assignments if assignment.start <= day), None)
    planned = [assignment for assignment in assignments if assignment.start > day]
    if now is not None and now.tariff_id == tariff_id:
        return
    if planned:
        raise refuse(
            "tariff_from", day, f"{connection.number} gets {planned[0].tariff} from {planned[0].start} on already",
            "change that on the connection's page first",
        )  # fmt: skip
    with faults_at("tariff_from", str(day), {"tariff": "tariff"}):
        contract_flow.change_tariff(
            entry.session, connection.id, tariff_id, day, author=entry.author, reason=entry.reason
        )
    (changed,) = tariff_changes.assignments_from(entry.session, connection.id, day)
    new_records.add("tariff_assignment", changed.id, f"tariff {changed.tariff} from {day}")
    new_records.add("tariff_before", now.tariff_id if now else tariff_id)


def _connection(entry: SheetEntry, row: RowValues, point_id: int | None, day: date) -> KnownConnection:
    if not row.contract and point_id is None:
        raise refuse("contract", "", "it is not said which connection", "its number, or site and service point")
    connection = tariff_changes.connection_of(
        entry.session, entry.entity_id, number=row.contract, point_id=point_id, day=day
    )
    if connection is None:
        column = "contract" if row.contract else "point"
        raise refuse(column, getattr(row, column), "there is no such connection")
    if not connection.start <= day or (connection.end is not None and day >= connection.end):
        span = f"from {connection.start} to {connection.end or 'further notice'}"
        raise refuse("tariff_from", day, f"connection {connection.number} runs {span}")
    return connection
