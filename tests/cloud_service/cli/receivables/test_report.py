"""Reports on their days by commands."""

from tests.books.world import World
from tests.cloud_service.cli.commands import call, refusal


def test_a_report_is_set_listed_sent_and_removed(billed: World) -> None:
    assert call("report", "set", "bills", "--every", "week", "--day", "2", "--to", "a@example.org")["changed"]
    (row,) = call("report", "list")
    assert ("bills", "week", 2, ["a@example.org"]) == (row["kind"], row["every"], row["day"], row["recipients"])
    assert 1 == call("report", "send", "bills", "--every", "week")["letters"]
    assert call("report", "remove", "bills", "--every", "week")["removed"]
    assert [] == call("report", "list")
    assert "kind" == refusal("report", "send", "bills").path
    assert "day" == refusal("report", "set", "bills", "--day", "32", "--to", "a@example.org").path
