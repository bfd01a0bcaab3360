"""Addresses of companies, clients and sites in fields; those that are there are read from their text, and marked so.

Revision ID: 0050
"""

from alembic import op

from cloud_service.domain.customers.address_reader import read_address
from cloud_service.domain.customers.postal_address import PARTS

revision = "0050"
down_revision = "0049"

TABLES = ("legal_entity", "client", "site")
COLUMNS = """
ALTER TABLE {table}
    ADD COLUMN street TEXT DEFAULT '' NOT NULL,
    ADD COLUMN postcode TEXT DEFAULT '' NOT NULL,
    ADD COLUMN city TEXT DEFAULT '' NOT NULL,
    ADD COLUMN region TEXT DEFAULT '' NOT NULL,
    ADD COLUMN address_state TEXT DEFAULT 'read' NOT NULL,
    ADD CONSTRAINT ck_{table}_address_state CHECK (address_state in ('checked','read','as_written'));
"""
INDEX = "CREATE INDEX ix_client_unchecked ON client (legal_entity_id) WHERE address_state = 'read' AND address <> ''"
TEXTS = "SELECT id, address, country FROM {table} WHERE address <> ''"
FILL = "UPDATE {table} SET street = %s, postcode = %s, city = %s, region = %s WHERE id = %s"


def upgrade() -> None:
    connection = op.get_bind().connection
    for table in TABLES:
        connection.execute(COLUMNS.format(table=table))
        addresses = [(row[0], read_address(row[1], row[2])) for row in connection.execute(TEXTS.format(table=table))]
        rows = [(*(getattr(address, part) for part in PARTS), row_id) for row_id, address in addresses]
        connection.cursor().executemany(FILL.format(table=table), rows)
    connection.execute(INDEX)


def downgrade() -> None:
    msg = "books are not taken apart: restore a backup instead"
    raise RuntimeError(msg)
