"""Who may sign in to the example: random passwords, made on the first start and kept in one private file."""

import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from cloud_service.store.database.session import Session
from cloud_service.store.identity import users

WORDS = (
    "amber", "basil", "cedar", "delta", "ember", "fjord", "grove", "hazel", "indigo", "jasmine", "kettle", "lantern",
    "meadow", "nickel", "orchid", "pebble", "quartz", "ripple", "saffron", "timber", "umber", "velvet", "willow",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SignIn:
    """One person of the example; `client` names whose portal it is."""

    role: str
    name: str
    email: str
    password: str
    client: str = ""


def _people() -> Iterator[SignIn]:
    staff = (
        ("admin", "Mary Kamau", "admin"),
        ("billing", "Brian Mwangi", "billing"),
        ("support", "Sofia Lange", "support"),
    )
    for role, name, box in staff:
        yield SignIn(role, name, f"{box}@kilowatt.example", _password())
    for name, email in (("Grace Otieno", "grace@example.com"), ("Nyota Salon", "nyota@example.com")):
        yield SignIn("client", name, email, _password(), client=name)


def _password() -> str:
    return "-".join(secrets.choice(WORDS) for _ in range(4)) + f"-{secrets.randbelow(90) + 10}"


def sign_ins(path: Path) -> list[SignIn]:
    """The example's people with their passwords; made once, readable by the owner only."""
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump([asdict(person) for person in _people()], file, indent=2)
    return [SignIn(**person) for person in json.loads(path.read_text())]


def add_people(session: Session, people: list[SignIn], clients: dict[str, int]) -> None:
    """Users for those who are not there yet; `clients` are client name -> id."""
    for person in people:
        if users.user_by_email(session, person.email) is None:
            users.add_user(
                session, email=person.email, name=person.name, role=person.role, password=person.password,
                client_id=clients.get(person.client), actor="example",
            )  # fmt: skip
