from cloud_service.store.audit import log
from cloud_service.store.lookups.audit_log import audit_of
from tests.cloud_service.store.conftest import Office


def test_a_thing_has_its_own_history_newest_first(office: Office) -> None:
    log.note(office.session, "mary", "client.add", "client:77", name="Old")
    log.note(office.session, "john", "client.change", "client:77", reason="married", name="New")
    log.note(office.session, "john", "client.add", "client:778")

    assert [("john", "married", {"name": "New"}), ("mary", "", {"name": "Old"})] == [
        (row.actor, row.reason, row.after) for row in audit_of(office.session, "client:77")
    ]
