"""A name that two companies use: every command refuses it with both, and `--entity` settles it."""

import inspect
from pathlib import Path

import click
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service import cli
from cloud_service.cli import cloud
from common.errors import InputError, NotFoundError
from tests.books.two_companies import two_companies
from tests.books.world import World
from tests.cloud_service.cli.commands import call, refusal

BILL = "INV-2026-00001"


@pytest.fixture
def companies(session: Session, named_database: str) -> tuple[World, World]:
    worlds = two_companies(session)
    session.commit()
    return worlds


def credited(session: Session) -> list[int]:
    """The companies whose bill was taken back."""
    notes = text("SELECT o.legal_entity_id FROM invoice n JOIN invoice o ON o.id = n.corrects_id ORDER BY 1")
    return list(session.execute(notes).scalars())


@pytest.mark.parametrize(
    "command",
    [
        ("correct", "credit", BILL, "--reason", "test"),
        ("correct", "difference", BILL, "--reason", "test"),
        ("bill", "show", BILL),
        ("document", "bill", BILL, "--out", "/dev/null"),
        ("document", "print", BILL, "--out", "/dev/null"),
        ("dunning", "dispute", BILL, "--reason", "test"),
        ("dunning", "plan", BILL, "--parts", "2", "--first", "2026-12-01", "--reason", "test"),
        ("dunning", "write-off", BILL, "1.00", "--reason", "test"),
        ("client", "show", "C1"),
        ("account", "open", "C1", "--currency", "EUR"),
        ("point", "add", "Flat 2", "--site", "House"),
        ("tariff", "show", "flat"),
        ("contract", "tariff", "V1", "--tariff", "flat", "--day", "2026-12-01", "--reason", "test"),
        ("gateway", "add", "gw-1", "--site", "House"),
    ],
)
def test_a_shared_name_is_refused_with_both_companies(companies: tuple[World, World], command: tuple[str, ...]) -> None:
    refused = refusal(*command)

    assert isinstance(refused, InputError), refused
    assert "several have the name" in refused.message
    assert "Example Energy: " in refused.hint
    assert "Second Energy: " in refused.hint
    assert f"--entity {companies[0].entity} or --entity {companies[1].entity}" in refused.hint
    unknown = refusal(*command, "--entity", "77")
    assert (InputError, "--entity") == (type(unknown), unknown.path)


@pytest.mark.parametrize("place", [0, 1])
def test_the_bill_of_the_company_that_is_named_is_credited(
    companies: tuple[World, World], session: Session, place: int
) -> None:
    call("correct", "credit", BILL, "--reason", "test", "--entity", str(companies[place].entity))

    assert [companies[place].entity] == credited(session)


def test_a_company_is_named_by_its_name_too_or_before_the_number(
    companies: tuple[World, World], session: Session
) -> None:
    call("correct", "credit", BILL, "--reason", "test", "--entity", "Second Energy")
    call("correct", "credit", f"Example Energy: {BILL}", "--reason", "test")

    assert [world.entity for world in companies] == credited(session)


def test_a_bill_is_shown_with_its_own_company_s_client(companies: tuple[World, World]) -> None:
    rows = [call("bill", "show", BILL, "--entity", str(world.entity)) for world in companies]

    assert ["A1", "A11"] == [row["account"] for row in rows]


def test_the_account_of_a_move_in_says_whose_tariff_and_flat_are_meant(
    companies: tuple[World, World], session: Session
) -> None:
    call("contract", "move-out", "V11", "--day", "2026-12-01")
    call(
        "contract", "move-in", "V12", "--point", "Flat 1", "--account", "A11", "--tariff", "flat",
        "--day", "2026-12-01",
    )  # fmt: skip

    tariff = text(
        "SELECT a.tariff_id FROM tariff_assignment a JOIN contract k ON k.id = a.contract_id WHERE k.number = 'V12'"
    )
    assert companies[1].tariff == session.execute(tariff).scalar_one()


def test_a_name_of_another_company_is_not_there(companies: tuple[World, World]) -> None:
    assert isinstance(refusal("account", "statement", "A1", "--entity", str(companies[1].entity)), NotFoundError)


def _leaves(group: click.Group, path: str) -> list[tuple[str, click.Command]]:
    context = click.Context(group)
    leaves = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        nested = isinstance(command, click.Group)
        leaves += _leaves(command, f"{path} {name}") if nested else [(f"{path} {name}", command)]  # type: ignore[arg-type]  # a group
    return leaves


def test_every_command_that_takes_a_name_takes_the_company_too() -> None:
    without = []
    for path, command in _leaves(cloud, "energy-cloud"):
        if command.callback is None:
            continue
        source = inspect.getsource(inspect.unwrap(command.callback))
        takes_names = "cloud_service.cli.names import" in source
        if takes_names and not any("--entity" in param.opts for param in command.params):
            without.append(path)

    assert [] == without


def test_no_command_looks_a_name_up_past_the_company() -> None:
    modules = sorted(Path(cli.__file__).parent.rglob("*.py"))

    assert ["names.py"] == [path.name for path in modules if "lookups.ids_by_name" in path.read_text()]
