"""The mail relay that is set in the console or by a command; letters wait until there is one.

Revision ID: 0017
"""

from alembic import op

revision = "0017"
down_revision = "0016"

RELAY = """
CREATE TABLE mail_relay (
    id SMALLINT DEFAULT 1 NOT NULL,
    host TEXT NOT NULL,
    port INTEGER NOT NULL,
    security TEXT NOT NULL,
    username TEXT DEFAULT '' NOT NULL,
    sealed_password TEXT DEFAULT '' NOT NULL,
    sender TEXT NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_mail_relay PRIMARY KEY (id),
    CONSTRAINT ck_mail_relay_one_row CHECK (id = 1),
    CONSTRAINT ck_mail_relay_security CHECK (security in ('none','starttls','tls')),
    CONSTRAINT ck_mail_relay_port CHECK (port between 1 and 65535)
);
CREATE INDEX ix_delivery_waiting ON delivery (id) WHERE state = 'waiting';
GRANT SELECT, INSERT, UPDATE, DELETE ON mail_relay TO energy_app;
"""


def upgrade() -> None:
    op.get_bind().connection.execute(RELAY)


def downgrade() -> None:
    msg = "books are not taken apart: restore a backup instead"
    raise RuntimeError(msg)
