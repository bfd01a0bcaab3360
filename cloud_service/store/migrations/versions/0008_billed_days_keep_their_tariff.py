"""A billed tariff version may end, but not before days that were billed by it.

Revision ID: 0008
"""

from alembic import op

revision = "0008"
down_revision = "0007"

STAYS = """
CREATE OR REPLACE FUNCTION billed_version_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.billed AND (TG_OP = 'DELETE' OR NEW.document <> OLD.document OR NEW.hash <> OLD.hash OR NOT NEW.billed
                       OR lower(NEW.during) IS DISTINCT FROM lower(OLD.during) OR NEW.tariff_id <> OLD.tariff_id) THEN
        RAISE EXCEPTION 'tariff version % has been billed: make a new version instead', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.billed AND upper(NEW.during) IS NOT NULL
       AND (upper(OLD.during) IS NULL OR upper(NEW.during) < upper(OLD.during))
       AND EXISTS (SELECT 1 FROM tariff_assignment g JOIN invoice_span s ON s.contract_id = g.contract_id
                    WHERE g.tariff_id = OLD.tariff_id AND NOT s.credited
                      AND s.during * g.during && daterange(upper(NEW.during), upper(OLD.during))) THEN
        RAISE EXCEPTION 'days from % on have been billed by tariff version %', upper(NEW.during), OLD.id
            USING ERRCODE = 'restrict_violation', HINT = 'let the new version begin after them';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""


def upgrade() -> None:
    op.get_bind().connection.execute(STAYS)


def downgrade() -> None:
    msg = "books are not taken apart: restore a backup instead"
    raise RuntimeError(msg)
