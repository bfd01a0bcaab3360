"""Who may sign in to the example: random passwords, made on the first start and kept in private files."""

import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

WORDS = (
    "amber", "basil", "cedar", "delta", "ember", "fjord", "grove", "hazel", "indigo", "jasmine", "kettle", "lantern",
    "meadow", "nickel", "orchid", "pebble", "quartz", "ripple", "saffron", "timber", "umber", "velvet", "willow",
)  # fmt: skip
STAFF = (("admin", "Mary Kamau"), ("billing", "Brian Mwangi"), ("support", "Sofia Lange"))
CLIENTS = (("C-1001", "Grace Otieno", "grace@example.com"), ("C-1004", "Nyota Salon", "nyota@example.com"))


@dataclass(frozen=True, slots=True)
class SignIn:
    """One person of the example; `client` is the number of the client whose portal it is."""

    role: str
    name: str
    email: str
    password: str
    client: str = ""


@dataclass(frozen=True, slots=True)
class PersonToAdd:
    """A person with the file that holds the password, as the command takes it."""

    role: str
    name: str
    email: str
    client: str
    password_file: Path


People = list[PersonToAdd]


def sign_ins(path: Path) -> list[SignIn]:
    """The example's people with their passwords; made once, readable by the owner only."""
    if not path.exists():
        _write_private(path, json.dumps([asdict(person) for person in _people()], indent=2))
    return [SignIn(**person) for person in json.loads(path.read_text())]


def people_to_add(people: list[SignIn], folder: Path) -> People:
    """The same with each password in a private file of its own below the folder."""
    folder.mkdir(mode=0o700, exist_ok=True)
    for person in people:
        path = folder / person.email
        path.unlink(missing_ok=True)
        _write_private(path, f"{person.password}\n")
    return [PersonToAdd(each.role, each.name, each.email, each.client, folder / each.email) for each in people]


def _people() -> Iterator[SignIn]:
    for role, name in STAFF:
        yield SignIn(role, name, f"{role}@kilowatt.example", _password())
    for client, name, email in CLIENTS:
        yield SignIn("client", name, email, _password(), client)


def _password() -> str:
    return "-".join(secrets.choice(WORDS) for _ in range(4)) + f"-{secrets.randbelow(90) + 10}"


def _write_private(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
