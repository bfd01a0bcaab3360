import socket
from collections.abc import Iterator

import pytest

from cloud_service import download as module
from cloud_service.download import BYTES_MAX, check_address, download
from common.errors import InputError, UnavailableError
from tests.cloud_service.ecb_files import FileServer, file_server


@pytest.fixture
def server() -> Iterator[FileServer]:
    with file_server() as server:
        yield server


@pytest.mark.parametrize(
    "address",
    [
        "", "ftp://a.example/x", "http://a.example/x", "https://", "file:///etc/passwd", "https://u:p@a.example/",
        "https://a.example:99999/", "https://a.example:x/", "https://a.example:0/", "https://[::1", "https://a..b/",
        "https://a.example/\u00fc", "https://a.example/\nHost: b.example", "https://a\0b/",
        f"https://{'a' * 300}.example/",
    ],
)  # fmt: skip
def test_only_encrypted_addresses_without_password_are_taken(address: str) -> None:
    with pytest.raises(InputError):
        check_address(address)
    check_address("https://www.ecb.europa.eu/stats/eurofxref/")


def test_a_file_comes_as_it_is_and_redirects_are_followed(server: FileServer) -> None:
    server.give("/file?day=1", b"\x00rates")
    server.give("/old", status=301, Location="/file?day=1")

    assert b"\x00rates" == download(f"{server.url}/old", private=True)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "0", "2130706433", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1"]
)
def test_our_own_network_is_not_even_connected_to(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(socket, "create_connection", lambda place, *_further: asked.append(place))

    with pytest.raises(InputError, match="is no public machine"):
        download(f"https://{host}/secret")

    assert [] == asked


def test_a_name_is_looked_up_once_and_no_change_of_it_leads_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def connected(place: object, _seconds: float) -> None:
        asked.append(place)
        raise ConnectionRefusedError("nobody is there")

    monkeypatch.setattr(socket, "getaddrinfo", lambda *_address, **_kind: [(2, 1, 6, "", ("8.8.8.8", 443))])
    monkeypatch.setattr(socket, "create_connection", connected)
    with pytest.raises(UnavailableError, match="cannot be reached"):
        download("https://rates.example/")
    assert [("8.8.8.8", 443)] == asked

    both = [(2, 1, 6, "", ("8.8.8.8", 443)), (2, 1, 6, "", ("192.168.0.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_address, **_kind: both)
    with pytest.raises(InputError, match="is no public machine"):
        download("https://rates.example/")
    assert 1 == len(asked)


def test_what_is_not_there_moves_for_ever_or_has_no_end_is_given_up(server: FileServer) -> None:
    server.give("/loop", status=302, Location="/loop")
    server.give("/huge", b"x" * (BYTES_MAX + 1))
    for path, kind, message in (
        ("/none", UnavailableError, "answers 404"),
        ("/loop", UnavailableError, "from one address to the next"),
        ("/huge", InputError, "more than 5,000,000 bytes"),
    ):
        with pytest.raises(kind, match=message):
            download(server.url + path, private=True)


def test_a_slow_answer_is_given_up(server: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.give("/slow", b"x" * 500_000)
    ticks = iter(range(0, 1000, 15))
    monkeypatch.setattr(module, "monotonic", lambda: next(ticks))
    with pytest.raises(UnavailableError, match="too slow"):
        download(f"{server.url}/slow", private=True)


def test_a_machine_that_does_not_answer_is_said_by_its_name() -> None:
    with pytest.raises(UnavailableError, match=r"127\.0\.0\.1 cannot be reached"):
        download("http://127.0.0.1:1/x", private=True)
