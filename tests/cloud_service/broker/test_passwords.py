import stat
from pathlib import Path

import pytest

from cloud_service.broker.passwords import PasswordFolder, hash_of, is_password, new_password
from common.errors import InputError, UnavailableError


def test_two_passwords_are_never_the_same_and_need_no_quoting() -> None:
    one, other = new_password(), new_password()

    assert one != other
    assert 43 == len(one)
    assert one.replace("-", "").replace("_", "").isalnum()


def test_a_hash_tells_its_password_from_others() -> None:
    stored = hash_of("secret")

    assert is_password("secret", stored)
    assert not is_password("Secret", stored)
    assert stored != hash_of("secret"), "the salt is another one each time"
    assert not is_password("", "")
    assert not is_password("secret", "$6$1$c2FsdA==$aGFzaA==")


def test_a_hash_is_what_mosquitto_writes() -> None:
    # made by mosquitto_passwd 2.0.11: -b -c FILE gw-1 'a long password'
    written = (
        "$7$101$lU0G23nlCLcXIL7b$"
        "qyyEYNDWjrqpmL7NU8EKxsf/vSJmo5JaOSG5VzJ554Xu0ygLNXSCGSkIxWfaXWQj5o5trZn5NTAOD42REOHUpw=="
    )

    assert is_password("a long password", written)


def test_the_broker_finds_what_was_kept_and_nothing_that_was_forgotten(tmp_path: Path) -> None:
    folder = PasswordFolder(tmp_path / "gateways")
    folder.keep("gw-1", "one")
    folder.keep("gw-2", "two")
    folder.keep("gw-1", "another one")
    before = folder.changed_ns()
    folder.forget("gw-2")
    folder.forget("gw-3")

    assert {"gw-1": "another one"} == folder.passwords()
    assert before <= folder.changed_ns()
    assert (tmp_path / "gateways" / "gw-1", None) == (folder.file_of("gw-1"), folder.file_of("gw-2"))


def test_only_the_owner_can_read_a_password(tmp_path: Path) -> None:
    folder = PasswordFolder(tmp_path / "gateways")
    folder.keep("gw-1", "one")

    assert 0o700 == stat.S_IMODE((tmp_path / "gateways").stat().st_mode)
    assert 0o600 == stat.S_IMODE((tmp_path / "gateways" / "gw-1").stat().st_mode)


def test_a_folder_that_was_never_written_has_no_gateways(tmp_path: Path) -> None:
    folder = PasswordFolder(tmp_path / "gateways")

    assert ({}, 0) == (folder.passwords(), folder.changed_ns())


@pytest.mark.parametrize("name", ["../cloud", "", "a/b", ".hidden"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot be a gateway's id"):
        PasswordFolder(tmp_path).keep(name, "secret")


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "gateways").write_text("a file in its place")

    with pytest.raises(UnavailableError, match="passwords cannot be written"):
        PasswordFolder(tmp_path / "gateways").keep("gw-1", "one")
