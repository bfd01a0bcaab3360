"""From an empty operator to a billable connection by commands alone."""

import json
from pathlib import Path

from sqlalchemy import text

from common.errors import ConflictError, InputError, NotFoundError
from tests.books.world import FLAT, World
from tests.cloud_service.cli.commands import call, printed, refusal

REGISTERS = """
SELECT r.name, r.direction, r.quantity, r.kind FROM register r JOIN meter m ON m.id = r.meter_id
 WHERE m.serial = '79' ORDER BY r.name
"""


def test_a_connection_is_set_up_by_commands_alone(operator: World, tmp_path: Path) -> None:
    file = tmp_path / "home.json"
    file.write_text(json.dumps(FLAT | {"id": "home", "name": "Home"}))
    call("site", "add", "Hof", "--timezone", "Europe/Vienna", "--currency", "EUR", "--holiday-calendar", "at")
    call("point", "add", "Flat 1", "--site", "Hof", "--grid-id", "AT001")
    call("meter", "add", "77", "--maker", "Test", "--register", "import:kWh", "--register", "solar:kWh:export")
    call("meter", "mount", "77", "--point", "AT001", "--at", "2026-10-01T00:00+02:00", "--opening", "import=12.5")
    assert 1 == call("tariff", "add", str(file), "--from", "2026-01-01")["new"]
    assert 0 == call("tariff", "add", str(file), "--from", "2026-01-01")["new"]
    client = call("client", "add", "Anna Huber", "--country", "AT")["number"]
    account = call("account", "open", client, "--currency", "EUR")["account"]
    # the world has a "Flat 1", too: the full name tells them apart
    assert "several have the name" in str(
        refusal("contract", "move-in", "V9", "--point", "Flat 1", "--account", account, "--tariff", "home", "--day",
                "2026-10-01")
    )  # fmt: skip
    call("contract", "move-in", "V9", "--point", "Hof: Flat 1", "--account", account, "--tariff", "home", "--day",
         "2026-10-01")  # fmt: skip

    (connection,) = call("contract", "list", "--search", "Anna")
    assert ("V9", "Hof", "Flat 1", "77", "Home", "2026-10-01") == tuple(
        connection[name] for name in ("number", "site", "point", "meter", "tariff", "since")
    )
    changed = call("point", "edit", "AT001", "--name", "Flat 1a", "--value", "contracted_kw=30", "--under", "")[
        "changed"
    ]
    assert ["name", "values"] == changed
    assert [] == call("point", "edit", "AT001", "--name", "Flat 1a")["changed"]
    call("point", "edit", "Flat 1a", "--name", "Flat 1")
    assert {"Flat 1"} == {point["name"] for point in call("point", "list", "--site", "Hof")}
    assert [] == call("point", "list", "--site", "Hof", "--free")
    assert "import, solar" == call("meter", "list", "--search", "77")[0]["registers"]
    assert ["solar"] == call("meter", "register", "77", "solar", "--not-billed")["changed"]
    assert [] == call("meter", "register", "77", "solar", "--not-billed")["changed"]
    assert "it has: import, solar" in str(refusal("meter", "register", "77", "wind", "--billed"))
    (version,) = call("tariff", "show", "home")["versions"]
    assert ("2026-01-01", False) == (version["start"], version["billed"])


def test_what_cannot_be_is_refused_with_its_field(operator: World, tmp_path: Path) -> None:
    undated, dollars = tmp_path / "a.json", tmp_path / "b.json"
    undated.write_text(json.dumps(FLAT | {"id": "new"}))
    dollars.write_text(json.dumps(FLAT | {"currency": "USD"}))

    assert "timezone" == refusal("site", "add", "X", "--timezone", "Mars", "--currency", "EUR").path
    assert "unit" == refusal("meter", "add", "1", "--register", "import:horses").path
    assert isinstance(refusal("point", "add", "X", "--site", "Nowhere"), NotFoundError)
    assert "name" == refusal("point", "add", "Flat 1", "--site", "House").path
    assert "utility" == refusal("point", "edit", "House: Flat 1", "--utility", "gas").path
    assert isinstance(refusal("meter", "add", "S1", "--maker", "test", "--name", "other"), ConflictError)
    assert isinstance(
        refusal("meter", "mount", "m1", "--point", "Flat 1", "--at", "2026-10-01T00:00+02:00"), ConflictError
    )
    assert isinstance(refusal("meter", "mount", "m1", "--point", "Flat 1", "--at", "2026-10-25T02:30"), InputError)
    assert "start" == refusal("tariff", "add", str(undated)).path
    assert "document" == refusal("tariff", "add", str(dollars), "--from", "2027-01-01").path  # `flat` is in EUR


def test_a_meter_is_taken_down_and_hung_up_elsewhere(operator: World) -> None:
    for name in ("Flat 8", "Flat 9"):
        call("point", "add", name, "--site", "House")
    call("meter", "add", "78", "--register", "import:kWh")
    call("meter", "mount", "78", "--point", "Flat 8", "--at", "2026-10-01T00:00+02:00", "--opening", "import=10")
    moved = "2026-10-16T10:30+02:00"

    assert "is missing" in str(refusal("meter", "dismount", "78", "--at", moved))
    assert {"meter": "78", "at": moved} == call("meter", "dismount", "78", "--at", moved, "--closing", "import=12")
    call("meter", "mount", "78", "--point", "Flat 9", "--at", moved, "--opening", "import=12")
    assert "Flat 9" in str(call("meter", "list", "--search", "78"))


def test_registers_of_intervals_and_by_their_codes_are_declared(operator: World) -> None:
    """A code tells its direction; a word says that intervals are counted; what is neither is refused."""
    call("meter", "add", "79", "--register", "1.8.0:kWh:interval", "--register", "2.8.0:kWh:interval",
         "--register", "blind:kvarh:export")  # fmt: skip

    assert [
        ("1.8.0", "import", "active_energy", "interval"),
        ("2.8.0", "export", "active_energy", "interval"),
        ("blind", "export", "reactive_energy", "index"),
    ] == [tuple(row) for row in operator.session.execute(text(REGISTERS))]
    assert "direction" == refusal("meter", "add", "80", "--register", "import:kWh:sideways").path


def test_bills_that_counted_a_register_are_named_when_it_is_billed_no_more(billed: World) -> None:
    said = printed("meter", "register", "m1", "import", "--not-billed", "--reason", "beside the total")

    assert "import of m1 is not billed\nbills that rest on it: INV-2026-00001;" in said
    assert ["INV-2026-00001"] == [bill["number"] for bill in call("correct", "touched", code=6)]
