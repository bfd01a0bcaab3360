import pytest
from sqlalchemy import text

from cloud_service.store.delivery.sending_again import queue, recipient_of
from common.errors import NotFoundError
from tests.cloud_service.conftest import Office


def test_one_message_waits_under_a_new_message_id_however_often_it_is_asked_for(office: Office) -> None:
    invoice = office.session.execute(text("SELECT id FROM invoice WHERE number = 'INV-1'")).scalar_one()
    names = set()
    for _ in range(2):
        queue(office.session, recipient_of(office.session, invoice))
        names.add(office.session.execute(text("SELECT message_id FROM delivery")).scalar_one())
        office.session.execute(text("UPDATE delivery SET state = 'bounced', error = 'gone', attempts = 3"))
    queue(office.session, recipient_of(office.session, invoice))
    row = office.session.execute(text("SELECT state, error, attempts FROM delivery")).one()

    assert (2, ("waiting", "", 0)) == (len(names), tuple(row))
    assert all(name.startswith("<invoice-") and name.endswith("@kilo.example>") for name in names)
    jobs = office.session.execute(text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'deliver'")).scalar()
    assert 3 == jobs


def test_an_invoice_that_is_not_there_is_not_found(office: Office) -> None:
    with pytest.raises(NotFoundError):
        recipient_of(office.session, 999_999)
