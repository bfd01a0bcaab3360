"""The meters that a bill rests on."""

from sqlalchemy import text

from cloud_service.store.lookups.billed_meters import billed_meters
from tests.cloud_service.store.conftest import Office


def test_a_bill_names_the_meters_that_hung_there_on_its_days(office: Office) -> None:
    session = office.session
    invoice = session.execute(text("SELECT id FROM invoice WHERE number = 'INV-1'")).scalar_one()
    (meter,) = billed_meters(session, invoice)
    session.execute(text("UPDATE meter_mount SET during = '[2030-01-01,)'"))
    later = billed_meters(session, invoice)

    assert meter.name == "m1" or meter.public_id == office.operator.ids["M-1"]
    assert [] == later
