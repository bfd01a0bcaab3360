import json

from sqlalchemy import text

from cloud_service.store.database.session import transaction
from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.pages import csv_rows, text_of


def test_a_gateway_is_listed_with_its_gaps_and_without_any(fresh: Console) -> None:
    """A stream that never had a gap names none: `received` is empty."""
    with transaction(fresh.engine) as session:
        for gateway, received in (("gw-K-1", {}), ("gw-K-2", {"spans": [[5, 7], [9, 9]]})):
            session.execute(
                text(
                    "INSERT INTO stream (gateway_id, epoch, received) SELECT id, 'e', :r FROM gateway WHERE name = :g"
                ),
                {"g": gateway, "r": json.dumps(received)},
            )
    admin = fresh.sign_in("admin")

    for page in ("/gateways", "/support", f"/gateways/{fresh.ids['gw-K-1']}", f"/gateways/{fresh.ids['gw-K-2']}"):
        assert 200 == admin.get(page).status_code, page
    rows = csv_rows(admin.get("/gateways.csv").text)
    assert {"gw-K-1": "0", "gw-K-2": "2"} == {row["Gateway"]: row["Gaps"] for row in rows}


def test_the_list_is_narrowed_by_what_a_gateway_is(fresh: Console) -> None:
    with transaction(fresh.engine) as session:
        session.execute(text("UPDATE gateway SET last_seen_at = NULL WHERE name = 'gw-K-2'"))
    admin = fresh.sign_in("admin")

    for query, names in (("status=online", ["gw-K-1"]), ("status=never", ["gw-K-2"]), ("q=lake+shop", ["gw-K-2"])):
        assert names == [row["Gateway"] for row in csv_rows(admin.get(f"/gateways.csv?{query}").text)], query


def test_a_silent_gateway_says_what_can_be_done(fresh: Console) -> None:
    with transaction(fresh.engine) as session:
        session.execute(text("UPDATE gateway SET last_seen_at = '2026-11-19 12:00+00' WHERE name = 'gw-K-1'"))
    page = text_of(fresh.sign_in("support").get(f"/gateways/{fresh.ids['gw-K-1']}").text)

    assert "Offline" in page
    assert "Nothing can be asked of it while it is offline" in page
