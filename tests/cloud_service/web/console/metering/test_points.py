import pytest
from sqlalchemy import text

from cloud_service.store.database.session import transaction
from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.pages import send_as_clerk, text_of

NEW_POINT = {
    "site": "Lake House", "name": "Roof", "utility": "electricity", "grid_id": "KE0042", "parent": "Lake House 1",
    "values": "contracted_kw = 30\narea_m2=52.5\n", "reason": "built",
}  # fmt: skip


def address_of(console: Console, verb: str = "", name: str = "Lake House 1") -> str:
    return f"/points/{console.ids[name]}{'/' if verb else ''}{verb}"


def added_point(fresh: Console, **changes: str) -> str:
    """A new service point; the address of its page."""
    answer = send_as_clerk(fresh, "/points/new", **NEW_POINT | changes)
    assert 302 == answer.status_code, answer.text
    name = changes.get("name", "Roof")
    with transaction(fresh.engine) as session:
        rows = session.execute(text("SELECT public_id FROM service_point WHERE name = :name"), {"name": name})
        return f"/points/{rows.scalar_one()}"


def test_the_page_tells_meters_connections_registers_and_leads_there(console: Console) -> None:
    page = console.sign_in("support").get(address_of(console)).text

    for name, section in (("M-1", "meters"), ("K-1", "connections"), ("Amina", "clients"), ("A-1", "accounts")):
        assert f'href="/{section}/{console.ids[name]}"' in page
    said = text_of(page)
    assert "meter-M-1 M-1 1 Jan 2025 now" in said
    assert "K-1 Amina Wanjiku A-1 2025-01-01 open" in said
    assert "import kWh Import Index 15 Yes" in said
    assert "Change" not in said.partition("Connections")[0]  # support may look, not write


@pytest.mark.parametrize("page", ["/meters/{M-1}", "/connections/{K-1}", "/points?site=Lake House", "/search?q=house"])
def test_meter_connection_site_and_search_lead_to_it(console: Console, page: str) -> None:
    seen = console.sign_in("admin").get(page.format(**console.ids)).text

    assert f'href="{address_of(console)}"' in seen


def test_settings_lead_from_a_site_to_its_service_points_only(console: Console) -> None:
    admin = console.sign_in("admin")
    assert 'href="/points?site=Lake+House"' in admin.get("/settings").text

    there = text_of(admin.get("/points?site=Lake House").text)
    assert ("Lake House 1" in there, "Lake Shop 1" in there) == (True, False)


def test_the_list_tells_who_is_supplied_and_finds_what_is_empty(fresh: Console) -> None:
    added_point(fresh)
    admin = fresh.sign_in("admin")

    assert "Lake House 1 Lake House Electricity – M-1 K-1 Amina Wanjiku –" in text_of(admin.get("/points").text)
    for query in ("free=yes", "meter=none", "q=KE0042"):
        page_text = text_of(admin.get(f"/points?{query}").text)
        assert "Roof Lake House Electricity KE0042 – – – Lake House 1" in page_text, query
        assert "K-1" not in page_text
    assert "Roof,Lake House,electricity,KE0042,,,,Lake House 1" in admin.get("/points.csv").text
