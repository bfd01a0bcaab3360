"""Gateways in the browser: registered, password shown once, revoked; refused messages looked at; a meter hung up."""

import re
from pathlib import Path

import pytest
from sqlalchemy import text

from cloud_service.broker.passwords import is_password
from cloud_service.settings import GatewayAccessSettings
from cloud_service.store.database.session import transaction
from common.message import Catalog, Channel, encode
from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import text_of


def password_on(page: str) -> str:
    found = re.search(r'<code id="password">([^<]+)</code>', page)
    assert found, page
    return found[1]


def value(console: Console, query: str, **parameters: object) -> object:
    with transaction(console.engine) as session:
        return session.execute(text(query), parameters).scalar_one()


@pytest.fixture
def embedded(fresh: Console, tmp_path: Path) -> Path:
    """The password folder of an embedded broker, known to the application."""
    folder = tmp_path / "gateways"
    access = GatewayAccessSettings(broker="mqtt://127.0.0.1:18830", password_folder=folder)
    object.__setattr__(fresh.app.extensions["settings"], "gateway_access", access)
    return folder


def test_a_registered_gateway_shows_its_password_once_and_its_site_file(fresh: Console, embedded: Path) -> None:
    admin = fresh.sign_in("admin")
    answer = post(admin, "/gateways/new", "/gateways/new", name="gw-new", site="Lake House", reason="first box")
    password = password_on(answer.text)

    assert 200 == answer.status_code
    assert "no-store" == answer.headers["Cache-Control"]
    assert password == (embedded / "gw-new").read_text()
    assert is_password(password, str(value(fresh, "SELECT password_hash FROM gateway WHERE name = 'gw-new'")))
    assert {'id = "gw-new"', 'broker = "mqtt://127.0.0.1:18830"'} <= set(answer.text.replace("&#34;", '"').splitlines())
    assert password not in admin.get("/gateways?q=gw-new").text
    public_id = value(fresh, "SELECT public_id FROM gateway WHERE name = 'gw-new'")
    assert password not in admin.get(f"/gateways/{public_id}").text


def test_a_taken_name_and_a_foreign_site_are_said_at_their_fields(fresh: Console) -> None:
    admin = fresh.sign_in("admin")
    taken = post(admin, "/gateways/new", "/gateways/new", name="gw-K-3", site="Lake House")
    foreign = post(admin, "/gateways/new", "/gateways/new", name="gw-new", site="Hof")

    assert (422, 422) == (taken.status_code, foreign.status_code)
    assert "Another gateway has this name" in text_of(taken.text)
    assert "Choose one of the list" in text_of(foreign.text)
    assert 0 == value(fresh, "SELECT count(*) FROM gateway WHERE name = 'gw-new'")


def test_a_new_password_replaces_the_one_before(fresh: Console, embedded: Path) -> None:
    admin, page = fresh.sign_in("admin"), f"/gateways/{fresh.ids['gw-K-1']}"
    first = password_on(post(admin, page, f"{page}/password").text)
    second = password_on(post(admin, page, f"{page}/password").text)

    assert first != second
    assert second == (embedded / "gw-K-1").read_text()


def test_without_an_embedded_broker_the_page_says_how_the_broker_learns_it(fresh: Console) -> None:
    page = f"/gateways/{fresh.ids['gw-K-1']}"

    assert "gateway sync --mosquitto-passwd" in text_of(post(fresh.sign_in("admin"), page, f"{page}/password").text)


def test_a_revoked_gateway_says_so_and_offers_nothing_more(fresh: Console, embedded: Path) -> None:
    admin, page = fresh.sign_in("admin"), f"/gateways/{fresh.ids['gw-K-1']}"
    post(admin, page, f"{page}/password")
    answer = post(admin, page, f"{page}/revoke")
    shown = text_of(admin.get(page).text)

    assert 302 == answer.status_code
    assert [] == list(embedded.iterdir())
    assert "gw-K-1 is revoked: what it sends from now on is refused." in shown
    assert "New password" not in shown
    assert ["gateway.password", "gateway.revoke"] == str(
        value(fresh, "SELECT string_agg(action, ' ' ORDER BY id) FROM audit WHERE action LIKE 'gateway.%'")
    ).split()


@pytest.mark.parametrize("who", ["billing", "support", "auditor"])
@pytest.mark.parametrize("action", ["password", "revoke"])
def test_only_an_administrator_gives_and_takes_access(console: Console, who: str, action: str) -> None:
    client, page = console.sign_in(who), f"/gateways/{console.ids['gw-K-1']}"

    assert 404 == post(client, "/me", f"{page}/{action}").status_code
    assert 404 == client.get("/gateways/new").status_code
    assert "Revoke" not in text_of(client.get(page).text)


@pytest.mark.parametrize("action", ["password", "revoke", "looked-at"])
def test_a_gateway_of_another_entity_does_not_exist(fresh: Console, action: str) -> None:
    admin = fresh.sign_in("admin")

    assert 404 == post(admin, "/gateways", f"/gateways/{fresh.ids['gw-K-3']}/{action}").status_code


def refuse(console: Console, gateway: str, reason: str, times: int = 1) -> None:
    with transaction(console.engine) as session:
        for _ in range(times):
            session.execute(
                text(
                    "INSERT INTO quarantine (gateway, reason, detail, body, created_at)"
                    " VALUES (:gateway, :reason, 'as it came', '', '2026-11-20 11:00+00')"
                ),
                {"gateway": gateway, "reason": reason},
            )


def test_refused_messages_stand_on_the_gateway_the_dashboard_and_the_desk_until_looked_at(fresh: Console) -> None:
    refuse(fresh, "gw-K-1", "bad_time", 3)
    admin, page = fresh.sign_in("admin"), f"/gateways/{fresh.ids['gw-K-1']}"
    shown = text_of(admin.get(page).text)

    assert "Readings of an impossible time" in shown
    assert "Set the clock of the box or of the meter." in shown
    assert "3 messages of gateways were refused." in text_of(admin.get("/dashboard").text)
    assert f"{page}#refused" in admin.get("/support").text
    post(admin, page, f"{page}/looked-at", until="2026-11-20T12:00:00+00:00")
    assert "Readings of an impossible time" not in text_of(admin.get(page).text)
    assert "were refused" not in text_of(admin.get("/dashboard").text)
    assert 3 == value(fresh, "SELECT count(*) FROM quarantine")


def test_a_page_that_is_not_ours_takes_nothing_off_the_list(fresh: Console) -> None:
    refuse(fresh, "gw-K-1", "bad_time")
    admin, page = fresh.sign_in("admin"), f"/gateways/{fresh.ids['gw-K-1']}"

    assert 422 == post(admin, page, f"{page}/looked-at", until="yesterday").status_code
    assert 1 == value(fresh, "SELECT count(*) FROM quarantine WHERE resolved = ''")


def test_a_stranger_can_be_registered_from_the_desk(fresh: Console) -> None:
    refuse(fresh, "gw-strange", "unknown_gateway")
    root = fresh.sign_in("root")

    assert "/gateways/new?name=gw-strange" in root.get("/support").text
    assert 'value="gw-strange"' in root.get("/gateways/new?name=gw-strange").text
    assert "gw-strange" not in fresh.sign_in("support").get("/support").text


def test_offline_gateways_are_on_the_dashboard(fresh: Console) -> None:
    with transaction(fresh.engine) as session:
        session.execute(text("UPDATE gateway SET last_seen_at = '2026-11-19 12:00+00' WHERE name LIKE 'gw-K-%'"))

    assert "2 gateways are offline" in text_of(fresh.sign_in("admin").get("/dashboard").text)


def announce(console: Console, meter: str) -> None:
    """A meter as ingest leaves it: in a catalog, and as a row with its registers."""
    channels = (Channel(meter, "energy_import_total", "kWh", "index"), Channel(meter, "power_total", "kW", "instant"))
    with transaction(console.engine) as session:
        stream = session.execute(
            text(
                "INSERT INTO stream (gateway_id, epoch) SELECT id, '7' FROM gateway WHERE name = 'gw-K-1' RETURNING id"
            )
        ).scalar_one()
        session.execute(
            text("INSERT INTO stream_catalog (stream_id, version, payload) VALUES (:stream, 1, :payload)"),
            {"stream": stream, "payload": encode(Catalog(7, 1, channels))},
        )
        session.execute(text("INSERT INTO meter (name, serial) VALUES (:name, :name)"), {"name": meter})
        session.execute(
            text(
                "INSERT INTO register (meter_id, name, unit, kind) SELECT m.id, r.name, r.unit, r.kind FROM meter m,"
                " (VALUES ('energy_import_total', 'kWh', 'index'), ('power_total', 'kW', 'instant'))"
                " r (name, unit, kind)"
                " WHERE m.name = :name"
            ),
            {"name": meter},
        )
        session.execute(
            text("INSERT INTO service_point (site_id, name) SELECT id, 'Flat 2' FROM site WHERE name = 'Lake House'")
        )


def test_a_meter_that_the_gateway_announces_is_hung_up_from_its_page(fresh: Console) -> None:
    announce(fresh, "new 1/2")
    billing, page = fresh.sign_in("billing"), f"/gateways/{fresh.ids['gw-K-1']}"
    form = f"{page}/meters/new%201/2"
    assert form in billing.get(page).text
    point = value(fresh, "SELECT id FROM service_point WHERE name = 'Flat 2'")
    answer = post(billing, form, form, point=point, at="2026-11-20T10:00", multiplier="1", opening_0="12.5")

    assert 302 == answer.status_code, text_of(answer.text)
    assert '{"energy_import_total": 12500}' == value(
        fresh, "SELECT opening::text FROM meter_mount n JOIN meter m ON m.id = n.meter_id WHERE m.name = 'new 1/2'"
    )
    shown = billing.get(page).text
    assert "Flat 2" in shown
    assert form not in shown
    assert "Choose one of the list" in text_of(post(billing, form, form, point=point, at="2026-11-20T10:00").text)


def test_where_every_place_has_a_meter_the_way_to_a_new_one_is_shown(fresh: Console) -> None:
    announce(fresh, "new-1")
    with transaction(fresh.engine) as session:
        session.execute(text("DELETE FROM service_point WHERE name = 'Flat 2'"))
    page = fresh.sign_in("billing").get(f"/gateways/{fresh.ids['gw-K-1']}/meters/new-1").text

    assert "At Lake House a meter hangs at every service point." in text_of(page)
    assert "/points/new?site=Lake" in page
    assert "power_total" not in page, "power has no first index"


def test_a_meter_that_nobody_announced_is_not_hung_up_there(console: Console) -> None:
    page = f"/gateways/{console.ids['gw-K-1']}/meters/meter-M-2"

    assert 404 == console.sign_in("billing").get(page).status_code
