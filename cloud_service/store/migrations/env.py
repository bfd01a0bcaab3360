"""Alembic's environment: the address comes from the caller, the tables from `store/`."""

from alembic import context
from sqlalchemy import create_engine

from cloud_service.store.database.session import driver_url
from cloud_service.store.tables import Table

engine = create_engine(driver_url(context.config.attributes["database_url"]))
with engine.connect() as connection:
    connection.exec_driver_sql("SET lock_timeout = '2s'")
    context.configure(connection=connection, target_metadata=Table.metadata)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
engine.dispose()
