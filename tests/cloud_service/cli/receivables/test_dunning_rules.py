"""Rules of reminders by commands."""

import json
from pathlib import Path

from tests.books.world import World
from tests.cloud_service.cli.commands import call, printed, refusal


def test_the_rules_of_the_country_are_printed_changed_and_set_as_the_company_s_own(
    billed: World, tmp_path: Path
) -> None:
    shown = call("dunning", "rules")
    assert (False, "Zahlungserinnerung") == (shown["own"], shown["rules"]["steps"][0]["name"])

    shown["rules"]["steps"] = [{"name": "Call", "days": 3, "fee": {"EUR": "1.50"}}]
    file = tmp_path / "rules.json"
    file.write_text(json.dumps(shown))
    printed("dunning", "set-rules", str(file), "--reason", "new lawyer")

    mine = call("dunning", "rules")
    assert (True, "1.50") == (mine["own"], mine["rules"]["steps"][0]["fee"]["EUR"])
    assert "Call      3  1.50 EUR  reminder" in printed("dunning", "rules")


def test_a_file_in_toml_is_taken_too_and_a_fault_is_said_at_its_place(billed: World, tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text('steps = [{ name = "a", days = 9 }, { name = "b", days = 3 }]')
    assert "steps[1].days" == refusal("dunning", "set-rules", str(file)).path

    file.write_text("steps = [")
    assert "FILE" == refusal("dunning", "set-rules", str(file)).path

    file.write_text('steps = [{ name = "a", days = 9 }]\n[interest]\nperson = "5"\nfixed = true')
    assert 1 == call("dunning", "set-rules", str(file))["levels"]


def test_an_account_is_left_alone_until_a_day(billed: World) -> None:
    printed("dunning", "rest", "A1", "--until", "2027-02-01", "--reason", "in talks")
    assert ["A2"] == [row["account"] for row in call("dunning", "remind", "--day", "2026-12-01", "--dry-run")]

    printed("dunning", "rest", "A1", "--reason", "talks are over")
    assert ["A1", "A2"] == [row["account"] for row in call("dunning", "remind", "--day", "2026-12-01", "--dry-run")]
