"""What is wrong with an installation, and the command that mends it."""

from pathlib import Path

import pytest

from cloud_service.cli.installation import doctor
from cloud_service.cli.installation.doctor import Finding
from deploy.bench.free_port import free_port
from tests.cloud_service.cli.commands import call, printed


def findings(code: int) -> dict[str, Finding]:
    return {row["check"]: Finding(**row) for row in call("doctor", code=code)["findings"]}


def test_services_that_do_not_answer_are_named_with_what_to_do(
    named_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "k" * 40)
    monkeypatch.setenv("PUBLIC_URL", "http://127.0.0.1:8000")
    monkeypatch.setenv("MQTT_PORT", str(free_port()))
    monkeypatch.setenv("SMTP_PORT", str(free_port()))

    by_check = findings(code=6)

    assert {"python": True, "settings": True, "disk": True, "broker": False, "mail": False} == {
        name: finding.ok for name, finding in by_check.items() if name != "database"
    }
    assert "start the MQTT broker, or set MQTT_HOST and MQTT_PORT" == by_check["broker"].mend


def test_a_database_that_does_not_answer_is_a_finding_not_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://nobody@127.0.0.1:{free_port()}/energy")
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)

    finding = doctor.database()

    assert (False, "energy-cloud db upgrade") == (finding.ok, finding.mend)
    assert "does not answer" in finding.seen


def test_without_settings_neither_broker_nor_mail_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "SECRET_KEY", "PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)

    lines = printed("doctor", code=6).splitlines()

    assert ["✔ python", "✖ settings", "✖ database", "✔ disk"] == [
        line.partition(":")[0] for line in lines if not line.startswith(" ")
    ]
    assert "    → set what is named, see docs/settings.md" in lines


def test_a_missing_mail_relay_is_a_finding_with_the_command_that_sets_one(
    named_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "k" * 40)
    for name in ("SMTP_HOST", "SMTP_PORT"):
        monkeypatch.delenv(name, raising=False)

    finding = doctor.mail()

    assert (False, "no mail relay is set; letters that wait: 0") == (finding.ok, finding.seen)
    assert finding.mend.startswith("energy-cloud mail set")
