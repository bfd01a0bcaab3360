"""A certificate that a browser accepts which knows the authority, and no other does."""

import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cloud_service.local.own_ca import CertificateFiles, certificate_files, names_of_this_machine

NAMES = ["localhost", "127.0.0.1"]
NOW = datetime.now(UTC)


def greeted(server: CertificateFiles, *, trusts: Path | None, name: str) -> bool:
    """Whether a client that trusts this authority (the system's where none) accepts the server under this name."""
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(server.certificate, server.key)
    asking = ssl.create_default_context(cafile=trusts)
    asking.verify_flags |= ssl.VERIFY_X509_STRICT
    ours, theirs = socket.socketpair()

    def serve() -> None:
        try:
            serving.wrap_socket(theirs, server_side=True).close()
        except (ssl.SSLError, OSError):
            theirs.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        asking.wrap_socket(ours, server_hostname=name).close()
    except ssl.SSLCertVerificationError:
        ours.close()
        return False
    finally:
        thread.join()
    return True


def test_who_knows_the_authority_accepts_the_certificate_under_its_names_only(tmp_path: Path) -> None:
    files = certificate_files(tmp_path, NAMES, NOW)

    assert all(greeted(files, trusts=files.authority, name=name) for name in NAMES)
    assert not greeted(files, trusts=files.authority, name="bank.example")
    assert not greeted(files, trusts=None, name="localhost")


def test_keys_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    files = certificate_files(tmp_path, NAMES, NOW)

    assert [0o600, 0o600] == [path.stat().st_mode & 0o777 for path in (files.key, tmp_path / "ca.key")]


def test_a_good_certificate_is_kept(tmp_path: Path) -> None:
    first = certificate_files(tmp_path, NAMES, NOW).certificate.read_bytes()

    assert first == certificate_files(tmp_path, NAMES[:1], NOW + timedelta(days=334)).certificate.read_bytes()


@pytest.mark.parametrize(
    ("names", "later"),
    [
        pytest.param(NAMES, timedelta(days=336), id="a month before its end"),
        pytest.param([*NAMES, "192.168.1.5"], timedelta(), id="another address"),
    ],
)
def test_it_is_renewed_by_the_same_authority(tmp_path: Path, names: list[str], later: timedelta) -> None:
    files = certificate_files(tmp_path, NAMES, NOW)
    first, authority = files.certificate.read_bytes(), files.authority.read_bytes()
    certificate_files(tmp_path, names, NOW + later)

    assert first != files.certificate.read_bytes()
    assert authority == files.authority.read_bytes()


def test_the_machine_has_at_least_its_own_names() -> None:
    assert {"localhost", "127.0.0.1"} <= set(names_of_this_machine())
