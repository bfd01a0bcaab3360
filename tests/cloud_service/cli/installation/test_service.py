"""The units are those that systemd takes; a stand-in for systemctl notes what it is told."""

import subprocess
from pathlib import Path

import pytest

from cloud_service.local import machine
from common.errors import ConflictError, InputError, NotFoundError, UnavailableError
from tests.cloud_service.cli.commands import call, printed, refusal
from tests.programs import need_program

SYSTEMCTL = """#!/bin/sh
echo "$@" >> {said}
if [ "$2" = is-active ]; then echo {state}; fi
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home and a working folder of the test's own."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("ENERGY_DATA_DIR", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def systemctl(home: Path, monkeypatch: pytest.MonkeyPatch, state: str = "active") -> Path:
    """Put the stand-in first on the path; the file it writes to."""
    program = home / "bin" / "systemctl"
    program.parent.mkdir(exist_ok=True)
    program.write_text(SYSTEMCTL.format(said=home / "said", state=state))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return home / "said"


@pytest.mark.parametrize("options", [(), ("--system", "--run-as", "daemon", "--port", "443")])
def test_systemd_takes_the_unit(home: Path, options: tuple[str, ...]) -> None:
    program = need_program("systemd-analyze")
    path = home / "energy-billing.service"
    path.write_text(printed("service", "install", "--dry-run", "--host", "0.0.0.0", "--tls", *options))  # noqa: S104 - nothing is bound

    verified = subprocess.run(
        [program, "verify", *(() if options else ("--user",)), str(path)], capture_output=True, text=True, check=False,
        env={"PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(home), "HOME": str(home)},
    )  # fmt: skip

    assert "energy-billing.service:" not in verified.stderr
    assert "--unattended" in path.read_text()


def test_a_dry_run_writes_nothing(home: Path) -> None:
    told = call("service", "install", "--dry-run")

    assert not told["installed"]
    assert [] == list(home.iterdir())


def test_a_service_is_installed_looked_at_and_removed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = systemctl(home, monkeypatch)
    path = Path(call("service", "install")["path"])

    assert f"--data-dir {home}/.energy --unattended" in path.read_text()
    assert "active" == call("service", "status")["state"]
    systemctl(home, monkeypatch, "failed")
    assert "failed" == call("service", "status", code=5)["state"]
    call("service", "remove")
    assert not path.exists()
    assert ["--user daemon-reload", "--user enable --now energy-billing"] == said.read_text().splitlines()[:2]
    assert isinstance(refusal("service", "status"), NotFoundError)


def test_a_unit_of_another_folder_is_not_replaced(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    systemctl(home, monkeypatch)
    call("service", "install")

    assert isinstance(refusal("service", "install", "--data-dir", "other"), ConflictError)
    assert call("service", "install", "--data-dir", "other", "--name", "other")["installed"]


def test_what_runs_in_a_terminal_is_stopped_first(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    systemctl(home, monkeypatch)
    with machine.locked(home / ".energy"):
        assert isinstance(refusal("service", "install"), ConflictError)

    assert not (home / ".config").exists()


def test_what_cannot_be_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(home))

    assert isinstance(refusal("service", "install"), UnavailableError)
    assert isinstance(refusal("service", "install", "--name", "../etc"), InputError)
    assert isinstance(refusal("service", "install", "--run-as", "nobody"), InputError)
    assert isinstance(refusal("service", "install", "--system", "--run-as", "root"), InputError)
    assert isinstance(refusal("service", "install", "--host", "192.168.1.5"), InputError)
