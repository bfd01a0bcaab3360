"""What is wrong with the rows of a table of readings, against the meters that are known."""

import io
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, text

from cloud_service.domain.metering.meterdata import ColumnMapping, FormatOptions, MeterDataFile
from cloud_service.flow.metering.file_faults import faults_of
from cloud_service.store.database.session import transaction
from cloud_service.store.scope import Scope
from tests.cloud_service.plant import add_meter, add_site

Owner = psycopg.Connection[Any]
HEAD = "meter,time,value,unit,kind\n"


@pytest.fixture(autouse=True)
def meter(owner: Owner) -> None:
    add_meter(owner, "M-1", add_site(owner, "Brisbane", "Australia/Brisbane"), "import")


def faults(
    engine: Engine,
    *rows: str,
    form: str = "csv",
    makes_meters: bool = False,
    most: int = 100,
    scope: Scope | None = None,
) -> list[tuple[int, str, str]]:
    content = HEAD + "".join(f"{row}\n" for row in rows)
    source = MeterDataFile("a.csv", form, lambda: io.BytesIO(content.encode()), FormatOptions(ColumnMapping()))
    with transaction(engine) as session:
        told = faults_of(session, source, scope or Scope(), most, makes_meters=makes_meters)
    return [(fault.line, fault.field, fault.message) for fault in told]


def test_rows_and_unknown_meters_are_told_in_their_order(engine: Engine) -> None:
    told = faults(
        engine, "nobody,2026-01-01T00:00Z,1,kWh,index", "M-1,2026-01-01T00:00Z,x,kWh,index",
        "nobody,2026-01-02T00:00Z,2,kWh,index",
    )  # fmt: skip

    assert (2, "meter", "no meter nobody with register import; 2 rows name it") == told[0]
    assert [(3, "value")] == [fault[:2] for fault in told[1:]]


def test_what_a_register_does_not_count_is_a_fault(engine: Engine) -> None:
    assert [(2, "unit")] == [fault[:2] for fault in faults(engine, "M-1,2026-01-01T00:00Z,1,m3,index")]
    intervals = "M-1,2026-01-01T00:00Z,1,kWh,interval"
    assert [] == faults(engine, intervals)  # of a register that was never read the first file says what it counts
    with transaction(engine) as session:
        session.execute(text("SELECT ensure_reading_month('2026-01-01')"))
        session.execute(
            text("INSERT INTO reading (register_id, at, value, quality, source, sequence)"
                 " SELECT id, '2026-01-01', 1, 0, 1, 1 FROM register")
        )  # fmt: skip
    assert [(2, "kind")] == [fault[:2] for fault in faults(engine, intervals)]


def test_a_meter_that_may_be_made_is_no_fault_but_one_of_somebody_else_is(engine: Engine) -> None:
    assert [] == faults(engine, "nobody,2026-01-01T00:00Z,1,kWh,index", makes_meters=True)
    outside = faults(engine, "M-1,2026-01-01T00:00Z,1,kWh,index", makes_meters=True, scope=Scope(frozenset()))
    assert [(2, "meter", "no meter M-1 with register import; one row names it")] == outside


def test_other_formats_wrong_heads_and_good_tables_have_none(engine: Engine) -> None:
    assert [] == faults(engine, "M-1,2026-01-01T00:00Z,1,kWh,index")
    assert [] == faults(engine, "x", form="nem12")
    assert [] == faults(engine)


def test_no_more_than_so_many_are_told(engine: Engine) -> None:
    assert 2 == len(faults(engine, *[f"nobody-{number},2026-01-01T00:00Z,1,kWh,index" for number in range(5)], most=2))
