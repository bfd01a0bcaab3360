"""One action on many rows by a command: a row that is refused keeps no other back."""

from pathlib import Path

import click
from click.testing import CliRunner

from cloud_service.cli import cloud
from cloud_service.cli.customers.batch import VALUES
from tests.books.world import World
from tests.cloud_service.cli.commands import call, printed


def test_a_tariff_for_a_file_of_numbers_is_tried_first_then_changed(operator: World, tmp_path: Path) -> None:
    numbers = tmp_path / "numbers.txt"
    numbers.write_text("V1\n\nV-404\n")
    call("batch", "contract_close", "V1", "--set", "day=2027-01-01", "--dry-run")
    words = ("batch", "account_terms", "A1", "--set", "payment_terms_days=30", "--reason", "asked")

    tried = call(*words, "--dry-run")
    done = call(*words)
    again = call(*words, code=6)

    assert [("A1", "ready"), ("A1", "done"), ("A1", "refused")] == [
        (row["number"], row["state"]) for (row,) in (tried, done, again)
    ]
    assert ("14 days", "30 days") == (done[0]["before"], done[0]["after"])
    mixed = call("batch", "contract_close", "--file", str(numbers), "--set", "day=2027-01-01", code=6)
    assert [("V1", "done"), ("V-404", "refused")] == [(row["number"], row["state"]) for row in mixed]
    assert "there is no contract V-404" == mixed[1]["reason"]


def test_without_json_it_is_a_table(operator: World) -> None:
    said = printed("batch", "client_language", "C1", "--set", "locale=sw")

    assert ["NUMBER", "STATE", "BEFORE", "AFTER", "REASON", "HINT"] == said.splitlines()[0].split()
    assert "done" in said


def test_nothing_to_do_and_a_value_without_a_name_are_refused_with_what_to_type(operator: World) -> None:
    for words in (("contract_close",), ("contract_close", "V1", "--set", "2027-01-01")):
        result = CliRunner().invoke(cloud, ("batch", *words))
        assert click.UsageError.exit_code == result.exit_code
        assert "number" in result.output or "NAME=VALUE" in result.output


def test_help_names_every_action_with_its_values() -> None:
    said = CliRunner().invoke(cloud, ("batch", "--help")).output

    assert all(action in said for action in VALUES)
