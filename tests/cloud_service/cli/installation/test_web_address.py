from pathlib import Path
from typing import Any

import pytest

from cloud_service.cli.installation.web_address import start_line, web_address
from common.errors import InputError

NOTHING: dict[str, Any] = {
    "host": "127.0.0.1", "port": None, "tls": False, "cert": None, "key": None, "behind_proxy": False,
}  # fmt: skip


def test_tls_makes_an_authority_in_the_secrets_of_the_installation(tmp_path: Path) -> None:
    address = web_address(tmp_path, **NOTHING | {"tls": True, "host": "bills.example"})
    secrets = tmp_path / "secrets"

    assert (secrets / "web.crt", secrets / "web.key") == (address.certificate, address.key)
    assert (secrets / "ca.crt").exists()


def test_a_certificate_is_made_or_brought_not_both(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--cert brings one"):
        web_address(tmp_path, **NOTHING | {"tls": True, "cert": Path("a"), "key": Path("b")})


def test_the_line_that_starts_it_again_works_from_any_folder() -> None:
    said = NOTHING | {"host": "0.0.0.0", "port": 443, "cert": Path("my cert.pem"), "behind_proxy": True}  # noqa: S104 - nothing is bound

    assert "energy-cloud demo --data-dir /srv/energy" == start_line("demo", Path("/srv/energy"), NOTHING)
    assert (
        "energy-cloud up --data-dir /srv/energy --host 0.0.0.0 --port 443 "
        f"--cert '{Path.cwd()}/my cert.pem' --behind-proxy"
    ) == start_line("up", Path("/srv/energy"), said)
