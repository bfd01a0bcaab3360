from cloud_service.store.lists.paging import ListQuery, page_of
from cloud_service.store.lists.users import users
from tests.cloud_service.conftest import Office


def test_people_are_found_by_name_or_address(office: Office) -> None:
    for words in ("Auditor", "auditor@kilo"):
        query = ListQuery(text=words)
        assert ["auditor@kilo.example"] == [row.email for row in page_of(office.session, users(query), query).rows]
