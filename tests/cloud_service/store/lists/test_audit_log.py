from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cloud_service.store.audit import log
from cloud_service.store.lists.audit_log import audit
from cloud_service.store.lists.paging import ListQuery, page_of
from tests.cloud_service.store.conftest import Office


@pytest.mark.parametrize("text", ["mary", "invoice.write", "invoice:4711", "bankrupt"])
def test_a_change_is_found_by_who_what_where_and_why(office: Office, text: str) -> None:
    log.note(office.session, "mary", "invoice.write_off", "invoice:4711", reason="bankrupt", amount="5")
    query = ListQuery(text=text)
    (row,) = page_of(office.session, audit(query), query).rows

    assert ("mary", {"amount": "5"}) == (row.actor, row.after)


@pytest.mark.parametrize(("name", "days", "count"), [("from", 0, 1), ("from", 1, 0), ("to", 0, 1), ("to", -1, 0)])
def test_days_are_those_of_utc_and_both_included(office: Office, name: str, days: int, count: int) -> None:
    log.note(office.session, "mary", "test", "invoice:4712")
    today: Any = datetime.now(UTC).date()  # the database's clock wrote it
    query = ListQuery(text="invoice:4712", filters={name: ((today + timedelta(days=days)).isoformat(),)})

    assert count == page_of(office.session, audit(query), query).count
