"""All faulty rows of a table, each with its line and column."""

from cloud_service.domain.metering.meterdata import ColumnMapping
from cloud_service.domain.metering.meterdata.table_check import TableCheck, check_rows

HEAD = "meter,time,value,unit\n"
GOOD = "M-1,2026-01-01T00:00Z,10,kWh\n"


def checked(*rows: str, most: int = 100) -> TableCheck:
    return check_rows([HEAD, GOOD, *(f"{row}\n" for row in rows)], ColumnMapping(), most)


def places(check: TableCheck) -> list[tuple[int, str]]:
    return [(fault.line, fault.field) for fault in check.faults]


def test_every_row_that_cannot_be_read_is_named_and_the_rest_is_looked_at() -> None:
    check = checked(
        "M-1,2026-01-02T00:00Z,many,kWh", "M-1,yesterday,11,kWh", "M-1,2026-01-03T00:00Z,12,pounds", "M-1,12",
        'M-1,"2026-01-04T00:00Z"x,1,kWh', "M-1,2026-01-05T00:00Z,13,kWh",
    )  # fmt: skip

    assert [(3, "value"), (4, "time"), (5, "unit"), (6, ""), (7, "")] == places(check)
    assert 2 == check.registers["M-1", "import"].count


def test_rows_that_contradict_an_earlier_one_are_named() -> None:
    check = checked("M-1,2026-01-01T00:00Z,11,kWh", "M-1,2026-01-01T00:00Z,10.0,kWh", "M-1,2026-01-02T00:00Z,1,m3")

    assert [(3, "value"), (5, "unit")] == places(check)
    assert "line 2, which says 10" in check.faults[0].message


def test_no_more_than_so_many_are_looked_for() -> None:
    assert [(3, "value"), (4, "value")] == places(checked(*["M-1,2026-01-02T00:00Z,x,kWh"] * 5, most=2))


def test_the_earliest_instant_of_a_register_is_known() -> None:
    check = checked("M-1,2025-12-31T23:59:59Z,9,kWh")

    assert 1767225599000 == check.registers["M-1", "import"].first_ms
    assert 2 == check.registers["M-1", "import"].line
