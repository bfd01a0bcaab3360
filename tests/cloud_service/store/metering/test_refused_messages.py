from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.metering.gateway_streams import quarantine
from cloud_service.store.metering.refused_messages import mark_looked_at, refused_kinds


def refuse(session: Session, gateway: str, reason: str, detail: str, times: int = 1) -> None:
    for _ in range(times):
        quarantine(session, gateway=gateway, topic="t", reason=reason, detail=detail, body=b"x")


def test_messages_are_told_by_kind_with_the_newest_detail(session: Session) -> None:
    refuse(session, "gw-1", "bad_time", "readings of 1970", 3)
    refuse(session, "gw-1", "conflict", "came before", 1)
    refuse(session, "gw-1", "bad_time", "readings of 1971", 1)
    refuse(session, "gw-2", "bad_frame", "not ours", 5)
    refuse(session, "", "bad_topic", "nobody", 1)

    assert [("bad_time", 4, "readings of 1971"), ("conflict", 1, "came before")] == [
        (kind.reason, kind.messages, kind.detail) for kind in refused_kinds(session, "gw-1")
    ]
    assert [] == refused_kinds(session, "")


def test_what_somebody_looked_at_leaves_the_list_and_stays_in_quarantine(session: Session) -> None:
    refuse(session, "gw-1", "bad_time", "early", 2)
    refuse(session, "gw-2", "bad_time", "of another", 1)
    later = datetime.now(UTC) + timedelta(minutes=1)

    assert 0 == mark_looked_at(session, "gw-1", later - timedelta(hours=1)), "what came after the page was made stays"
    assert (2, 0) == (mark_looked_at(session, "gw-1", later), mark_looked_at(session, "gw-1", later))
    assert ([], 1) == (refused_kinds(session, "gw-1"), len(refused_kinds(session, "gw-2")))
    assert 3 == session.execute(text("SELECT count(*) FROM quarantine")).scalar_one()
