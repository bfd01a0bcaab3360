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
    ["", "ftp://a.example/x", "http://a.example/x", "https://", "file:///etc/passwd", "https://u:p@a.example/"],
)
def test_only_encrypted_addresses_without_password_are_taken(address: str) -> None:
    with pytest.raises(InputError):
        check_address(address)
    check_address("https://www.ecb.europa.eu/stats/eurofxref/")


def test_a_file_comes_as_it_is_and_redirects_are_followed(server: FileServer) -> None:
    server.give("/file?day=1", b"\x00rates")
    server.give("/old", status=301, Location="/file?day=1")

    assert b"\x00rates" == download(f"{server.url}/old", private=True)


def test_our_own_network_is_never_asked_whatever_leads_there(
    server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.give("/secret", b"secret")
    monkeypatch.setattr(module, "check_address", lambda *_args, **_named: None)  # as if a name had led here
    with pytest.raises(InputError, match="is no public machine"):
        download(f"{server.url}/secret")

    assert [] == server.asked


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
