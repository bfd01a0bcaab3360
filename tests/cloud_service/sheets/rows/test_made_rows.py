import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.sheets.rows.made_rows import MadeRows, RowRefusedError, counted, faults_at, refuse
from common.errors import InputError, UnavailableError

SITE = "INSERT INTO site (legal_entity_id, name, timezone, currency) VALUES (-1, 'x', 'UTC', 'EUR')"


def test_rows_are_kept_in_the_order_in_which_they_were_made() -> None:
    all_records, row_records = MadeRows(), MadeRows()
    all_records.add("site", 1, "site A")
    row_records.add("site", 3)
    row_records.add("tariff_before", 9)
    all_records.extend(row_records)

    assert ({"site": [1, 3], "tariff_before": [9]}, ["site A"]) == (all_records.ids, all_records.words)
    assert {"site": 2} == counted(all_records.ids)


def test_a_refused_step_is_said_at_the_column_of_its_field_else_at_the_given_one() -> None:
    for path, column, found in (("name", "client", ""), ("elsewhere", "point", "Flat 1")):
        with pytest.raises(RowRefusedError) as refused, faults_at("point", "Flat 1", {"name": "client"}):
            raise InputError("no", path=path, hint="so")
        assert (column, found, "no", "so") == (
            refused.value.fault.column, refused.value.fault.found, refused.value.fault.why, refused.value.fault.hint,
        )  # fmt: skip


def test_what_the_database_refuses_is_a_fault_and_a_lost_database_is_not(session: Session) -> None:
    with pytest.raises(RowRefusedError), faults_at("site", "Dock"), session.begin_nested():
        session.execute(text(SITE))
    with pytest.raises(UnavailableError), faults_at("site", "Dock"):
        raise UnavailableError("gone")


def test_an_empty_cell_is_said_empty() -> None:
    assert "" == refuse("site", None, "no").fault.found
