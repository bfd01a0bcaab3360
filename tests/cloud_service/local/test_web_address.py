from pathlib import Path

import pytest

from cloud_service.local.web_address import WebAddress, host_name
from common.errors import InputError


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    path = tmp_path / "any.pem"
    path.touch()
    return path


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "bills.example"])  # noqa: S104 - nothing is bound
def test_plain_http_is_refused_where_others_could_read_it(host: str, pem: Path) -> None:
    with pytest.raises(InputError, match="readable across the network") as refused:
        WebAddress(host).check()

    assert "--tls" in refused.value.hint
    WebAddress(host, certificate=pem, key=pem).check()
    WebAddress(host, behind_proxy=True).check()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_plain_http_is_fine_on_this_machine(host: str) -> None:
    WebAddress(host).check()


def test_a_certificate_comes_with_its_key_and_both_are_files(pem: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="belong together"):
        WebAddress(certificate=pem).check()
    with pytest.raises(InputError, match="no such file"):
        WebAddress(certificate=pem, key=tmp_path / "absent").check()


@pytest.mark.parametrize(
    ("address", "url", "asked_at"),
    [
        pytest.param(WebAddress(), "http://127.0.0.1:8000", "127.0.0.1", id="this machine"),
        pytest.param(WebAddress("bills.example"), "http://bills.example:8000", "bills.example", id="a name"),
        pytest.param(WebAddress("::1"), "http://[::1]:8000", "::1", id="version 6"),
        pytest.param(WebAddress("0.0.0.0"), f"http://{host_name()}:8000", "127.0.0.1", id="all interfaces"),  # noqa: S104 - nothing is bound
        pytest.param(
            WebAddress("127.0.0.1", certificate=Path("a"), key=Path("b")),
            "https://127.0.0.1:8000",
            "127.0.0.1",
            id="TLS",
        ),
    ],
)
def test_people_and_this_machine_have_an_address_for_it(address: WebAddress, url: str, asked_at: str) -> None:
    assert (url, asked_at) == (address.url(8000), address.asked_at)


def test_the_server_gets_the_certificate(pem: Path) -> None:
    assert ["--bind", "[::]:8000"] == WebAddress("::").gunicorn(8000)
    assert ["--certfile", str(pem), "--keyfile", str(pem)] == WebAddress(certificate=pem, key=pem).gunicorn(8000)[2:]
