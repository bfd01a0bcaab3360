import pytest
from sqlalchemy import text

from cloud_service.flow import send_invoice_again
from common.errors import InputError
from tests.cloud_service.conftest import Office


def invoice_id(office: Office) -> int:
    return int(office.session.execute(text("SELECT id FROM invoice WHERE number = 'INV-1'")).scalar_one())


def test_a_client_without_an_address_is_named_with_what_to_do(office: Office) -> None:
    office.session.execute(text("UPDATE client SET email = '' WHERE number = 'C-1'"))

    with pytest.raises(InputError, match="Amina Wanjiku has no e-mail address") as refused:
        send_invoice_again.send(office.session, invoice_id(office), author="clerk")
    assert "client's record" in refused.value.hint


def test_it_is_written_who_sent_it_where(office: Office) -> None:
    recipient = send_invoice_again.send(office.session, invoice_id(office), author="clerk")
    note = office.session.execute(
        text("SELECT actor, after->>'to' AS recipient FROM audit WHERE action = 'invoice.send_again'")
    ).one()

    assert ("c-1@example.com", "clerk", "c-1@example.com") == (recipient, note.actor, note.recipient)
