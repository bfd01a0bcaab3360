from collections.abc import Callable

import pytest
from sqlalchemy import text

from cloud_service.batches.action import BatchOrder, RowChange
from cloud_service.batches.actions.client_address import ACTION
from cloud_service.store.customers.clients import client_fields
from common.errors import ConflictError, InputError
from tests.cloud_service.store.conftest import Office

READ = "UPDATE client SET address = E'Kai 1\n20457 Hamburg', street = 'Kai 1', city = 'Hamburg', country = 'DE',"


def test_what_was_read_is_shown_beside_its_text_and_is_checked_from_then_on(
    office: Office, row_id: Callable[[str, str, str], int], order: Callable[..., BatchOrder]
) -> None:
    client = row_id("client", "number", "C-2")
    office.session.execute(text(f"{READ} postcode = '20457' WHERE number = 'C-2'"))

    assert RowChange("Kai 1 · 20457 Hamburg", "Kai 1 | 20457 | Hamburg | DE") == ACTION.do(
        office.session, client, order()
    )
    after = client_fields(office.session, client)
    assert ("checked", "Kai 1\n20457 Hamburg") == (after.address_state, after.address)
    with pytest.raises(ConflictError, match="no address that nobody checked"):
        ACTION.do(office.session, client, order())


def test_what_does_not_fit_its_country_is_refused(
    office: Office, row_id: Callable[[str, str, str], int], order: Callable[..., BatchOrder]
) -> None:
    client = row_id("client", "number", "C-2")
    office.session.execute(text(f"{READ} postcode = '2045' WHERE number = 'C-2'"))

    with pytest.raises(InputError, match="no postcode of DE"):
        ACTION.do(office.session, client, order())
