import stat
from pathlib import Path

from cloud_service.example.people import people_to_add, sign_ins


def test_passwords_are_made_once_in_one_private_file(tmp_path: Path) -> None:
    path = tmp_path / "sign-in.json"
    people = sign_ins(path)

    assert people == sign_ins(path)
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert len(people) == len({person.password for person in people})
    assert ["admin", "billing", "support", "client", "client"] == [person.role for person in people]


def test_another_installation_has_other_passwords(tmp_path: Path) -> None:
    first, second = (sign_ins(tmp_path / name)[0].password for name in ("one.json", "two.json"))

    assert first != second


def test_the_command_is_given_each_password_in_a_private_file(tmp_path: Path) -> None:
    people = sign_ins(tmp_path / "sign-in.json")
    for _ in range(2):
        to_add = people_to_add(people, tmp_path / "sign-in")

    assert [person.password for person in people] == [each.password_file.read_text().strip() for each in to_add]
    assert {0o600} == {stat.S_IMODE(each.password_file.stat().st_mode) for each in to_add}
    assert 0o700 == stat.S_IMODE((tmp_path / "sign-in").stat().st_mode)
