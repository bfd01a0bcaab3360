from pathlib import Path

import pytest

from cloud_service.local.systemd_unit import SystemdUnit
from common.errors import InputError

FOLDER = Path("/srv/100%/energy")
COMMAND = ("/opt/energy/bin/energy-cloud", "up", "--cert", "my 100% $cert.pem")


def unit(user: str = "", port: int | None = None, folder: Path = FOLDER) -> SystemdUnit:
    return SystemdUnit("energy-billing", folder, COMMAND, user, port)


def test_a_service_of_the_machine_may_write_its_data_folder_only() -> None:
    lines = unit("energy").text().splitlines()

    assert {"User=energy", "ProtectSystem=strict", "ReadWritePaths=/srv/100%%/energy", "CapabilityBoundingSet="} <= set(
        lines
    )
    assert Path("/etc/systemd/system/energy-billing.service") == unit("energy").path


def test_a_low_port_needs_one_capability_and_no_other() -> None:
    assert "AmbientCapabilities=CAP_NET_BIND_SERVICE" in unit("energy", 443).text().splitlines()
    assert "AmbientCapabilities=" in unit("energy", 8000).text().splitlines()


def test_a_service_of_one_s_own_asks_for_nothing_that_only_the_machine_can_grant() -> None:
    text = unit().text()

    assert "User=" not in text
    assert "ProtectSystem" not in text
    assert "WantedBy=default.target" in text
    assert unit().path.is_relative_to(Path.home())


def test_words_of_the_command_line_arrive_as_they_are() -> None:
    assert r'ExecStart=/opt/energy/bin/energy-cloud up --cert "my 100%% $$cert.pem"' in unit().text().splitlines()


def test_a_folder_that_systemd_would_misread_is_refused() -> None:
    with pytest.raises(InputError, match="blanks or quotes"):
        unit(folder=Path("/srv/my energy")).text()
