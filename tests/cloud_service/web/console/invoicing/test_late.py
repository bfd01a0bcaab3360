from sqlalchemy import text

from cloud_service.store.database.session import transaction
from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import database_rows, text_of

LATE_DAY = (
    "INSERT INTO late_day (invoice_id, register_id, day, before, after) SELECT i.id, r.id, '2026-09-25', 0, 500"
    " FROM invoice i, register r JOIN meter m ON m.id = r.meter_id WHERE i.number = 'INV-1' AND m.serial = 'M-1'"
)


def test_a_late_reading_lists_its_bill_and_what_cannot_be_rated_anew_stays_as_it_is(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    assert "Every bill rests on the readings that are known" in clerk.get("/bills/touched").text
    with transaction(fresh.engine) as session:
        session.execute(text(LATE_DAY))

    assert "INV-1" in text_of(clerk.get("/bills/touched").text)
    bill = f"/bills/{fresh.ids['INV-1']}"
    for verb in ("difference", "rebill"):
        refused = post(clerk, bill, f"{bill}/{verb}", reason="late reading")
        assert (422, True) == (refused.status_code, "cannot be rated anew" in refused.text)
    assert [] == database_rows(fresh, "SELECT 1 FROM invoice WHERE kind = 'credit_note'")
