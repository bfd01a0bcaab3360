from datetime import timedelta

from sqlalchemy import text

from cloud_service.store.lookups.support import failed_mails, missing_days
from cloud_service.store.metering import readings
from tests.cloud_service.store.conftest import Office
from tests.cloud_service.web.operator_rows import TODAY


def test_a_mail_that_was_given_up_stands_with_whose_it_was(office: Office) -> None:
    for state in ("bounced", "sent"):
        office.session.execute(
            text(
                "INSERT INTO delivery (account_id, invoice_id, kind, recipient, message_id, state, error)"
                " SELECT account_id, id, :state, 'c-1@example.com', :state, :state, 'no such mailbox' FROM invoice"
                " WHERE number = 'INV-1'"
            ),
            {"state": state},
        )
    (mail,) = failed_mails(office.session, office.kilo)

    assert ("bounced", "Amina Wanjiku", "INV-1", "no such mailbox") == (mail.state, mail.tenant, mail.bill, mail.error)
    assert [] == failed_mails(office.session, office.zeta)


def test_a_meter_is_silent_after_more_than_two_days_without_a_day(office: Office) -> None:
    last = TODAY - timedelta(days=1)

    assert [] == missing_days(office.session, office.zeta, last + timedelta(days=2))
    assert [("M-3", 3)] == [
        (row.serial, row.days) for row in missing_days(office.session, office.zeta, last + timedelta(days=3))
    ]


def test_a_meter_that_is_read_by_hand_is_late_once_the_month_before_is_not_complete(office: Office) -> None:
    """M-3 was read last on the day before TODAY, by hand: all of its month is waited for, and two days more."""
    readings.make_months(office.session, [TODAY.replace(day=1)])
    office.session.execute(
        text(
            "INSERT INTO reading (register_id, at, value, quality, time_quality, source, sequence, received_at)"
            " SELECT r.id, cast(:at AS date), 1, 1, 0, 0, 1, now() FROM register r JOIN meter m ON m.id = r.meter_id"
            " WHERE m.serial = 'M-3'"
        ),
        {"at": TODAY},
    )
    month_after = (TODAY.replace(day=1) + timedelta(days=32)).replace(day=1)

    assert [] == missing_days(office.session, office.zeta, TODAY + timedelta(days=5))
    assert [] == missing_days(office.session, office.zeta, month_after + timedelta(days=1))
    assert ["M-3"] == [row.serial for row in missing_days(office.session, office.zeta, month_after + timedelta(days=2))]
