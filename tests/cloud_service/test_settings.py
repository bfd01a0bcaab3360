import re
from pathlib import Path

import pytest

from cloud_service.settings import read_settings
from common.errors import InputError

GOOD = {"DATABASE_URL": "postgresql://db/energy", "SECRET_KEY": "k" * 40}


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("q" * 40 + "\n")

    settings = read_settings({"DATABASE_URL": GOOD["DATABASE_URL"], "SECRET_KEY_FILE": str(tmp_path / "key")})

    assert "q" * 40 == settings.secret_key


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        pytest.param({"DATABASE_URL": ""}, "DATABASE_URL is not set", id="no database"),
        pytest.param({"SECRET_KEY": "short"}, "SECRET_KEY", id="a short key"),
        pytest.param({"MQTT_HOST": "broker.example"}, "MQTT_CA_FILE", id="plain text across a network"),
        pytest.param({"PAYMENT_PROVIDER": "simulated"}, "without any money", id="play money outside a demo"),
        pytest.param({"SMTP_PORT": "smtp"}, "SMTP_PORT is 'smtp'", id="a port that is a word"),
    ],
)
def test_an_unsafe_environment_is_refused(change: dict[str, str], complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        read_settings(GOOD | change)


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(InputError, match=r"(?s)SMTP_PORT.*DATABASE_URL.*SECRET_KEY"):
        read_settings({"SMTP_PORT": "x"})


def test_every_setting_is_in_the_manual() -> None:
    root = Path(__file__).parents[2]
    source = (root / "cloud_service/settings.py").read_text()
    manual = (root / "docs/settings.md").read_text()

    names = set(re.findall(r'environ(?:\.get\(|, )"([A-Z_]+)"', source))

    assert len(names) > 15
    assert [] == sorted(name for name in names if f"`{name}`" not in manual)


def test_a_mail_relay_is_named_by_its_host_or_its_port_and_else_there_is_none() -> None:
    sound = {"DATABASE_URL": "postgresql://h/energy", "SECRET_KEY": "k" * 40, "MAIL_FROM": "a@b.example"}
    by_host = read_settings(sound | {"SMTP_HOST": "smtp.example.com", "SMTP_TLS": "1"}).mail
    by_port = read_settings(sound | {"SMTP_PORT": "2525"}).mail

    assert read_settings(sound).mail is None
    assert by_host is not None
    assert by_port is not None
    assert ("smtp.example.com", 25, True, "a@b.example") == (by_host.host, by_host.port, by_host.tls, by_host.sender)
    assert ("127.0.0.1", 2525, False) == (by_port.host, by_port.port, by_port.tls)
