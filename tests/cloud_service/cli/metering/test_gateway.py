"""A gateway is registered, listed, given another password and revoked by commands alone."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.broker.passwords import is_password
from common.errors import ConflictError, InputError, NotFoundError
from tests.books.world import World
from tests.cloud_service.cli.commands import call, printed, refusal


@pytest.fixture
def embedded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The password folder of an embedded broker, as `up` names it."""
    monkeypatch.setenv("GATEWAY_PASSWORD_DIR", str(tmp_path / "gateways"))
    monkeypatch.setenv("GATEWAY_BROKER", "mqtt://127.0.0.1:18830")
    return tmp_path / "gateways"


def test_what_add_prints_is_all_that_a_box_needs(operator: World, embedded: Path) -> None:
    text_ = printed("gateway", "add", "gw-7", "--site", "House", "--reason", "new box")
    password = (embedded / "gw-7").read_text()

    assert 1 == text_.count(password)
    assert 'id = "gw-7"' in text_
    assert 'broker = "mqtt://127.0.0.1:18830"' in text_
    assert ["gw-7"] == [row["name"] for row in call("gateway", "list")]
    assert ("House", "never", 0) == tuple(call("gateway", "list")[0][key] for key in ("site", "state", "refused"))
    assert password not in printed("gateway", "show", "gw-7")
    assert "never" == call("gateway", "show", "gw-7")["state"]


def test_another_password_and_the_end(operator: World, embedded: Path) -> None:
    first = call("gateway", "add", "gw-7", "--site", "House")["password"]
    second = call("gateway", "password", "gw-7")["password"]
    assert [second] == [path.read_text() for path in embedded.iterdir()]
    assert first != second

    assert {"gateway": "gw-7", "state": "revoked"} == call("gateway", "revoke", "gw-7")
    assert [] == list(embedded.iterdir())
    assert "revoked" == call("gateway", "show", "gw-7")["state"]
    assert isinstance(refusal("gateway", "password", "gw-7"), ConflictError)


def test_mosquitto_gets_the_hash_and_loses_it(operator: World, tmp_path: Path) -> None:
    file = tmp_path / "passwords"
    file.write_text("cloud:$7$1$a$b\n")
    password = call("gateway", "add", "gw-7", "--site", "House", "--mosquitto-passwd", str(file))["password"]
    cloud, gateway = file.read_text().splitlines()

    assert "cloud:$7$1$a$b" == cloud
    assert is_password(password, gateway.removeprefix("gw-7:"))
    call("gateway", "add", "gw-8", "--site", "House")
    assert {"gateways": 2, "revoked": 0, "changed": True} == call("gateway", "sync", "--mosquitto-passwd", str(file))
    assert not call("gateway", "sync", "--mosquitto-passwd", str(file))["changed"]
    call("gateway", "revoke", "gw-7", "--mosquitto-passwd", str(file))
    assert ["cloud", "gw-8"] == [line.partition(":")[0] for line in file.read_text().splitlines()]


def test_what_cannot_be_is_refused_with_its_field(operator: World) -> None:
    call("gateway", "add", "gw-7", "--site", "House")

    assert "name" == refusal("gateway", "add", "g w", "--site", "House").path
    assert "another gateway has this name" in str(refusal("gateway", "add", "gw-7", "--site", "House"))
    assert isinstance(refusal("gateway", "add", "gw-8", "--site", "Nowhere"), NotFoundError)
    assert isinstance(refusal("gateway", "show", "gw-8"), NotFoundError)
    assert isinstance(refusal("gateway", "sync", "--mosquitto-passwd", "/nowhere/file"), InputError)


def test_show_says_what_was_refused_and_which_meters_fail(operator: World, session: Session) -> None:
    call("gateway", "add", "gw-7", "--site", "House")
    session.execute(
        text("INSERT INTO quarantine (gateway, reason, detail, body) VALUES ('gw-7', 'bad_time', 'of 1970', '')")
    )
    session.execute(
        text("UPDATE gateway SET health = :health"),
        {"health": '{"report": {"devices": [["m-1", "bus", 9, 9, 1700000000000, "timeout"]]}}'},
    )
    session.commit()
    shown = call("gateway", "show", "gw-7")

    assert [("bad_time", 1)] == [(kind["reason"], kind["messages"]) for kind in shown["refused"]]
    assert ["m-1"] == [meter["name"] for meter in shown["meters"]]
    assert {"timeout", "bad_time"} <= set(printed("gateway", "show", "gw-7").split())
    assert 1 == call("gateway", "list", "--refused")[0]["refused"]
