"""A meter that counts intervals gives way to one that shows an index, in the middle of an interval."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from cloud_service.flow.metering.sites_and_meters import MeterDetails, NewMount, RegisterDetails, add_meter, mount
from cloud_service.store.database.session import transaction
from cloud_service.store.metering import dirty_days, readings
from cloud_service.store.metering.readings import ReadingColumns
from tests.scenarios.letting_office import open_office, reckoned
from tests.scenarios.test_turns_of_a_contract import bill_month, connection, newest_bill, read, take_on, total

START = datetime(2026, 9, 30, 22, tzinfo=UTC)  # 1 October in Berlin
QUARTER = timedelta(minutes=15)


def hang_up_pulse_meter(session: Session, until: datetime) -> None:
    """P-1 counts 100 Wh each quarter of an hour."""
    pulses = RegisterDetails("import", "kWh", kind="interval")
    meter = add_meter(session, MeterDetails("P-1", registers=(pulses,)), author="t")
    point, register = session.execute(
        text("SELECT p.id, r.id FROM service_point p, register r WHERE r.meter_id = :meter"), {"meter": meter}
    ).one()
    mount(session, NewMount(point, meter, START), author="t")
    count = (until - START) // QUARTER
    ends = [int((START + QUARTER * (step + 1)).timestamp()) * 1000 for step in range(count)]
    note = readings.add_note(session, "t", "pulses", None)
    rows = ReadingColumns(
        register_id=np.full(count, register, dtype=np.int64), at_ms=np.array(ends, dtype=np.int64),
        value=np.full(count, 100, dtype=np.int64), quality=np.zeros(count, dtype=np.int16),
        time_quality=np.zeros(count, dtype=np.int16), source=np.zeros(count, dtype=np.int64),
        sequence=np.full(count, note, dtype=np.int64), step_s=np.full(count, 900, dtype=np.int32),
    )  # fmt: skip
    readings.insert(session, rows)
    dirty_days.mark_dirty(session, rows, {register: "Europe/Berlin"})


@pytest.mark.parametrize(
    ("last", "kwh"),
    [("2026-10-16T08:15", "148.1"), ("2026-10-16T08:00", "148.047")],  # the last 7 of 15 minutes by those before
    ids=["it delivered the interval", "it was gone"],
)
def test_both_are_billed(engine: Engine, database_url: str, last: str, kwh: str) -> None:
    """Exchanged on 16 October at 10:07: 15 days and 10 hours of 0.4 kWh are 148, and a part of the interval."""
    office = open_office(engine, database_url)
    page = take_on(office.person("billing"), "Ada", "A-1").click("Service points").click("New service point")
    page.send("Add the service point", site="Hof", name="Flat 1", utility="electricity")
    with transaction(engine) as session:
        hang_up_pulse_meter(session, datetime.fromisoformat(last).replace(tzinfo=UTC))
    page.click("Connections").click("New connection")
    page.send("Add the connection", point="Hof: Flat 1", account="A-1", tariff="home", number="V-1", day="2026-10-01")
    office.at("2026-10-20")
    office.work()
    connection(page, "V-1").click("Exchange meter")
    page.send("Exchange", at="2026-10-16T10:07", serial="M-2", **{"opening.import": "5"})
    assert "Meter M-2 hangs at Flat 1." in page.text
    office.at("2026-11-02")
    read(office, page, "V-1", "2026-11-01T00:00", "65")
    bill_month(office, page, "2026-10-01", "2026-11-01")

    assert reckoned(f"{float(kwh) + 60:.3f}", 31) == total(newest_bill(page, "V-1"))
    assert (kwh == "148.047") == ("(estimated)" in newest_bill(page, "V-1").text)
