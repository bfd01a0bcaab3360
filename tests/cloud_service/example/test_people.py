import stat
from pathlib import Path

from sqlalchemy.orm import Session

from cloud_service.example.people import add_people, sign_ins
from cloud_service.store.identity import users


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


def test_people_are_added_once(session: Session, tmp_path: Path) -> None:
    staff = [person for person in sign_ins(tmp_path / "sign-in.json") if person.role != "client"]
    for _ in range(2):
        add_people(session, staff[:1], {})
        session.flush()

    assert ["admin@kilowatt.example"] == [user.email for user in users.users(session)]
