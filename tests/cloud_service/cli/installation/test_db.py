"""The schema by commands."""

from tests.cloud_service.cli.commands import call, printed


def test_a_migrated_database_has_nothing_to_do(named_database: str) -> None:
    assert {"applied": []} == call("db", "upgrade")
    assert "up to date\n" == printed("db", "status")
