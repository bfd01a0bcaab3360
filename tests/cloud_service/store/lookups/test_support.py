from datetime import timedelta

from sqlalchemy import text

from cloud_service.store.lookups.support import failed_mails, missing_days
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
