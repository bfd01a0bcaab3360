"""Common costs by commands."""

import json
from datetime import date
from pathlib import Path

from sqlalchemy import text

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

    (sharing,) = call("contract", "shares", "stairs")
    assert ("90.00", "V1", "") == (sharing["total"], sharing["shares"][0]["contract"], sharing["shares"][0]["bill"])
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


def test_by_consumption_each_contract_has_what_bills_count_of_its_days_and_missing_readings_are_named(
    operator: World, tmp_path: Path
) -> None:
    """V1's meter is exchanged (40 and 70 kWh); V2 moved into its flat on the 16th, where the meter was hung up then."""
    operator.tenant(start=date(2026, 10, 16))
    operator.session.execute(
        text(
            "UPDATE meter_mount m SET during = tstzrange('2026-10-16T00:00+02:00', NULL), opening = '{\"import\": 0}'"
            " FROM meter t WHERE t.id = m.meter_id AND t.name = 'm2'"
        )
    )
    operator.session.commit()
    call("meter", "add", "NEW", "--register", "import:kWh")
    why = ("--reason", "read", "--confirm")
    call("readings", "enter", "m1", "import", "2026-10-01T00:00", "100", *why)
    call("contract", "exchange-meter", "--point", "Flat 1", "--meter", "NEW", "--at", "2026-10-16T12:00",
         "--closing", "import=140", "--opening", "import=5")  # fmt: skip
    call("readings", "enter", "NEW", "import", "2026-11-01T00:00", "75", *why)
    file = tmp_path / "heat.toml"
    file.write_text(
        'label = "Heizung"\ncurrency = "EUR"\ncomponents = [{ by = "consumption" }]\n'
        'members = [{ contract = "V1" }, { contract = "V2" }]\n'
    )
    refused = str(refusal("contract", "share", "heat", "1000", *DAYS, "--file", str(file)))
    assert "not all has been read: V2 (Flat 2, 2026-10-16 to 2026-11-01): register import of meter S2" in refused
    assert "V1" not in refused

    call("readings", "enter", "m2", "import", "2026-11-01T00:00", "39.946", *why)
    shared = call("contract", "share", "heat", "1000", *DAYS, "--file", str(file))
    # 110 and 39.946 of 149.946 kWh; nobody used anything in the second flat before
    assert [("V1", "733.60"), ("V2", "266.40")] == [(share["contract"], share["amount"]) for share in shared["shares"]]
    later = ("--from", "2026-11-01", "--until", "2026-11-15")
    assert "not all has been read: V1 (Flat 1" in str(refusal("contract", "share", "heat", "10", *later))
