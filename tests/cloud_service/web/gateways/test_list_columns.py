from sqlalchemy import text

from cloud_service.store.database.session import transaction
from tests.cloud_service.web.conftest import Console


def test_a_gateway_leads_to_its_page_in_the_console_and_on_the_support_desk(fresh: Console) -> None:
    with transaction(fresh.engine) as session:
        session.execute(text("UPDATE gateway SET last_seen_at = NULL"))
    link = f'href="/gateways/{fresh.ids["gw-K-1"]}"'
    support = fresh.sign_in("support")

    assert link in support.get("/gateways").text
    assert link in support.get("/support").text
