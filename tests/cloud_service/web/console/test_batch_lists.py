import pytest

from cloud_service.store.lists.paging import ListQuery, page_of
from cloud_service.web.console.batch_lists import LISTS
from cloud_service.web.database import session
from tests.cloud_service.web.conftest import Console


@pytest.mark.parametrize("name", list(LISTS))
def test_each_list_has_rows_with_ids_for_addresses_within_the_readers_scope(console: Console, name: str) -> None:
    with console.app.test_request_context("/"):
        listing = LISTS[name].rows(ListQuery())  # nobody is signed in: nothing is in scope but people

        assert listing.has("public_id")
        rows = page_of(session(), listing, ListQuery()).rows
        assert (name == "users") == bool(rows)
