"""Common costs by commands."""

import json
from pathlib import Path

from common.errors import ConflictError, NotFoundError
from tests.books.world import World
from tests.cloud_service.cli.commands import call, printed, refusal

DAYS = ("--from", "2026-10-01", "--until", "2026-11-01")


def test_a_cost_is_shared_listed_and_taken_back(operator: World, tmp_path: Path) -> None:
    document = {
        "label": "Stairs", "currency": "EUR", "components": [{"by": "equal"}], "members": [{"contract": "V1"}],
    }  # fmt: skip
    file = tmp_path / "stairs.json"
    file.write_text(json.dumps(document))
    shared = call("contract", "share", "stairs", "90", *DAYS, "--file", str(file))
    assert [("V1", "90.00")] == [(share["contract"], share["amount"]) for share in shared["shares"]]
    assert isinstance(refusal("contract", "share", "stairs", "90", *DAYS), ConflictError)

    (kept,) = call("contract", "shares", "stairs")
    assert ("90.00", "V1", "") == (kept["total"], kept["shares"][0]["contract"], kept["shares"][0]["bill"])
    assert "90.00" in printed("contract", "shares", "stairs")

    assert "90.00 EUR of 2026-10-01 to 2026-11-01 is shared no more\n" == printed(
        "contract", "unshare", "stairs", *DAYS, "--reason", "wrong cost"
    )
    assert isinstance(refusal("contract", "unshare", "stairs", *DAYS, "--reason", "twice"), NotFoundError)
    call("contract", "share", "stairs", "30", *DAYS)
    assert "30.00" == call("contract", "unshare", "stairs", *DAYS, "--reason", "again")["total"]


def test_the_owners_days_are_said_and_are_on_no_bill(operator: World, tmp_path: Path) -> None:
    call("contract", "move-out", "V1", "--day", "2026-10-16")
    file = tmp_path / "stairs.toml"
    file.write_text(
        'label = "Stairs"\ncurrency = "EUR"\ncomponents = [{ by = "equal" }]\nmembers = [{ contract = "V1" }]\n'
    )

    lines = printed("contract", "share", "stairs", "31", *DAYS, "--file", str(file)).splitlines()
    assert ["V1: 15.00", "the owner of Flat 1, on no bill: 16.00"] == [line.partition("  ")[0] for line in lines]


def test_a_cost_cannot_be_shared_by_a_split_that_is_not_there(operator: World) -> None:
    assert isinstance(refusal("contract", "share", "lift", "90", *DAYS), NotFoundError)
