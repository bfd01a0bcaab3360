"""Bring a database to the newest revision; run by the owner of the database, not by the application's role."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from cloud_service.store.database.session import driver_url

MIGRATIONS = Path(__file__).parents[1] / "migrations"


def configuration(url: str) -> Config:
    """Alembic's configuration without an .ini file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["database_url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Apply all revisions that are missing."""
    command.upgrade(configuration(url), revision)


def pending(url: str) -> list[str]:
    """Revisions the database still lacks, oldest first."""
    script = ScriptDirectory.from_config(configuration(url))
    engine = create_engine(driver_url(url))
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    engine.dispose()
    missing = [step.revision for step in script.walk_revisions("base", "heads")]
    return list(reversed(missing[: missing.index(current)] if current else missing))


def revisions() -> list[str]:
    """All revisions that this version knows."""
    script = ScriptDirectory.from_config(configuration(""))
    return [step.revision for step in script.walk_revisions("base", "heads")]
