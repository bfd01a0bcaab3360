"""The audit log by commands: proved, read."""

from typing import Any

import psycopg

from tests.books.world import World
from tests.cloud_service.cli.commands import call, printed


def test_the_audit_log_names_its_first_broken_link(billed: World, owner: psycopg.Connection[Any]) -> None:
    good = call("audit", "verify")
    assert good["ok"]

    owner.execute("ALTER TABLE audit DISABLE TRIGGER refuse_change")
    owner.execute('UPDATE audit SET after = \'{"total": "0.01"}\' WHERE id = 2')
    broken = call("audit", "verify", code=6)

    assert (2, "its content was changed") == (broken["broken"], broken["fault"])

    owner.execute("DELETE FROM audit WHERE id >= 2")
    cut = call("audit", "verify", "--head", good["head"], code=6)

    assert "the noted hash is gone" == cut["fault"]


def test_a_chain_that_holds_tells_the_hash_to_note(billed: World) -> None:
    head = call("audit", "verify")["head"]

    assert printed("audit", "verify", "--head", head).endswith(f"note this hash elsewhere: {head}\n")


def test_the_list_has_the_newest_change_first(billed: World) -> None:
    call("dunning", "dispute", "INV-2026-00001", "--reason", "too much", "--day", "2026-11-20")
    newest = printed("audit", "list", "--limit", "2").splitlines()[0]

    assert newest.endswith("– too much")
