from collections.abc import Callable

import pytest

from cloud_service.batches.action import BatchOrder, RowChange
from cloud_service.batches.actions.client_language import ACTION
from cloud_service.store.customers.clients import client_fields
from common.errors import ConflictError
from tests.cloud_service.store.conftest import Office


def test_the_language_changes_and_nothing_else(
    office: Office, row_id: Callable[[str, str, str], int], order: Callable[..., BatchOrder]
) -> None:
    client = row_id("client", "number", "C-2")
    before = client_fields(office.session, client)

    assert RowChange("en", "sw") == ACTION.do(office.session, client, order(locale="sw"))
    after = client_fields(office.session, client)
    assert ("sw", before.name, before.email) == (after.locale, after.name, after.email)
    with pytest.raises(ConflictError, match="sw already"):
        ACTION.do(office.session, client, order(locale="sw"))
