"""Statements on their days by commands."""

from tests.books.world import World
from tests.cloud_service.cli.commands import call, printed, refusal


def test_a_statement_each_month_is_switched_on_and_off(billed: World) -> None:
    assert call("account", "statements", "A1", "--every", "month")["changed"]
    assert not call("account", "statements", "A1", "--every", "month")["changed"]
    assert "A1: no statements\n" == printed("account", "statements", "A1", "--every", "none")
    assert [] == call("account", "statements")
    assert "NUMBER" == refusal("account", "statements", "--every", "month").path
