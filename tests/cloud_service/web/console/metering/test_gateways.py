import csv
import io
import json

from sqlalchemy import text

from cloud_service.store.database.session import transaction
from tests.cloud_service.web.conftest import Console


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
    file = admin.get("/gateways.csv").text.removeprefix("\ufeff")
    assert {"gw-K-1": "0", "gw-K-2": "2"} == {row["Gateway"]: row["Gaps"] for row in csv.DictReader(io.StringIO(file))}
