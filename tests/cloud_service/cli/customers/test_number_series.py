"""Number series by commands."""

from tests.books.world import World
from tests.cloud_service.cli.commands import call, printed, refusal


def test_what_is_not_named_stays_and_the_next_numbers_are_said(billed: World) -> None:
    (before, *_) = call("entity", "numbers")
    assert ("invoice", "INV-2026-00001", "INV-2026-00002") == (before["kind"], before["first"], before["last"])

    assert "next: " in printed("entity", "set-numbers", "invoice", "--prefix", "B-", "--going-on", "--reason", "new")
    shown = call("entity", "set-numbers", "invoice", "--digits", "2", "--next", "40")

    assert (True, ["B-40", "B-41", "B-42"]) == (shown["changed"], shown["next"])
    assert not call("entity", "set-numbers", "invoice")["changed"]
    assert "B-" in printed("entity", "numbers")


def test_a_number_never_comes_back(billed: World) -> None:
    printed("entity", "set-numbers", "invoice", "--prefix", "B-", "--next", "40", "--going-on")
    assert "pattern" == refusal("entity", "set-numbers", "invoice", "--yearly").path
    printed("entity", "set-numbers", "invoice", "--prefix", "C-")
    printed("entity", "set-numbers", "credit_note", "--prefix", "G-", "--going-on")
    assert "could make the same number" in str(refusal("entity", "set-numbers", "credit_note", "--prefix", "C-"))
