"""What stands in the way of taking an import back, and the way back: rows are deleted from the newest to the oldest."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from cloud_service.store.sheets.imports import MadeIds


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why an import stays: the rule by its code, how many rows of the import it holds, and the first of them."""

    code: str
    rows: int
    example: str


def _check(query: str) -> TextClause:
    return text(f"SELECT count(*) AS rows, min(example) AS example FROM ({query}) held")  # noqa: S608 - our own texts below


CHECKS = {
    "billed": _check(
        """
        SELECT DISTINCT k.id, k.number AS example
          FROM contract k
         WHERE k.id = ANY(:contract) AND EXISTS (SELECT 1 FROM invoice_line l WHERE l.contract_id = k.id)
         UNION
        SELECT DISTINCT k.id, k.number FROM contract k JOIN invoice_span s ON s.contract_id = k.id
         WHERE k.id = ANY(:contract)
        """
    ),
    "priced": _check(
        """
        SELECT DISTINCT k.id, k.number AS example
          FROM tariff_assignment x
          JOIN contract k ON k.id = x.contract_id
         WHERE x.id = ANY(:tariff_assignment)
           AND (EXISTS (SELECT 1 FROM invoice_span s
                         WHERE s.contract_id = k.id AND s.during && x.during AND NOT s.credited)
                OR EXISTS (SELECT 1 FROM billing_item i
                            WHERE i.contract_id = k.id AND i.during && x.during AND i.state IN ('waiting', 'rated')))
        """
    ),
    "changed": _check(
        """
        SELECT missing.id, missing.id::text AS example
          FROM unnest(cast(:tariff_assignment AS bigint[])) missing(id)
          LEFT JOIN tariff_assignment x ON x.id = missing.id
         WHERE x.id IS NULL OR EXISTS (SELECT 1 FROM tariff_assignment o
                                        WHERE o.contract_id = x.contract_id AND o.role = x.role
                                          AND lower(o.during) > lower(x.during) AND o.id <> ALL(:tariff_assignment))
        """
    ),
    "run": _check(
        """
        SELECT DISTINCT k.id, k.number AS example FROM contract k JOIN billing_item i ON i.contract_id = k.id
         WHERE k.id = ANY(:contract) AND i.state <> 'cancelled'
        """
    ),
    "read": _check(
        """
        SELECT DISTINCT m.id, m.serial AS example
          FROM meter m
          JOIN register r ON r.meter_id = m.id
         WHERE (m.id = ANY(:meter) AND EXISTS (SELECT 1 FROM reading g WHERE g.register_id = r.id))
            OR EXISTS (SELECT 1
                         FROM meter_mount n
                         JOIN reading g ON g.register_id = r.id AND g.at >= lower(n.during)
                        WHERE n.id = ANY(:meter_mount) AND n.meter_id = m.id)
        """
    ),
    "money": _check(
        """
        SELECT a.id, a.number AS example
          FROM account a
         WHERE a.id = ANY(:account)
           AND (EXISTS (SELECT 1
                          FROM invoice i
                         WHERE i.account_id = a.id AND i.id <> ALL(:open_item)
                           AND NOT EXISTS (SELECT 1 FROM ledger_entry
                                            WHERE business_key = 'take_over_undo:' || i.id))
                OR EXISTS (SELECT 1
                             FROM payment p
                            WHERE p.account_id = a.id AND p.id <> ALL(:security)
                              AND (p.provider <> 'take_over'
                                   OR p.kind = 'deposit' AND NOT EXISTS (SELECT 1 FROM payment r
                                                                          WHERE r.reverses_id = p.id)))
                OR EXISTS (SELECT 1
                             FROM ledger_account g
                             JOIN ledger_line l ON l.ledger_account_id = g.id
                             JOIN ledger_entry e ON e.id = l.ledger_entry_id
                            WHERE g.account_id = a.id AND e.kind NOT IN ('take_over', 'take_over_undo')))
        """
    ),
    "paid": _check(
        """
        SELECT i.id, i.number AS example
          FROM invoice i
         WHERE i.id = ANY(:open_item)
           AND NOT EXISTS (SELECT 1 FROM ledger_entry WHERE business_key = 'take_over_undo:' || i.id)
           AND (EXISTS (SELECT 1 FROM allocation x WHERE x.invoice_id = i.id OR x.credit_note_id = i.id)
                OR EXISTS (SELECT 1 FROM payment p WHERE p.credit_note_id = i.id)
                OR EXISTS (SELECT 1 FROM dunning_step d WHERE d.invoice_id = i.id)
                OR EXISTS (SELECT 1 FROM dispute d WHERE d.invoice_id = i.id)
                OR EXISTS (SELECT 1 FROM plan_invoice n WHERE n.invoice_id = i.id))
        """
    ),
    "released": _check(
        """
        SELECT p.id, a.number AS example
          FROM payment p
          JOIN account a ON a.id = p.account_id
         WHERE p.id = ANY(:security)
           AND (EXISTS (SELECT 1 FROM payment r WHERE r.reverses_id = p.id AND r.provider <> 'take_over')
                OR EXISTS (SELECT 1 FROM payment d
                            WHERE d.provider = 'deposit' AND d.facts->'deposit' = to_jsonb(p.id)))
        """
    ),
    "supplied": _check(
        """
        SELECT k.id, k.number AS example
          FROM contract k
         WHERE k.id <> ALL(:contract) AND (k.account_id = ANY(:account) OR k.service_point_id = ANY(:service_point))
        """
    ),
    "metered": _check(
        """
        SELECT n.id, m.serial AS example
          FROM meter_mount n
          JOIN meter m ON m.id = n.meter_id
         WHERE n.id <> ALL(:meter_mount) AND (n.meter_id = ANY(:meter) OR n.service_point_id = ANY(:service_point))
        """
    ),
    "used": _check(
        """
        SELECT p.id, p.name AS example FROM service_point p
         WHERE p.id <> ALL(:service_point)
           AND (p.site_id = ANY(:site) OR p.parent_id = ANY(:service_point)
                OR (p.settings->'vacancy'->>'account')::bigint = ANY(:account))
         UNION ALL
        SELECT a.id, a.number FROM account a WHERE a.id <> ALL(:account) AND a.client_id = ANY(:client)
         UNION ALL
        SELECT g.id, g.name FROM gateway g WHERE g.site_id = ANY(:site)
         UNION ALL
        SELECT u.id, u.email FROM user_grant t JOIN app_user u ON u.id = t.user_id WHERE t.client_id = ANY(:client)
        """
    ),
}
STEPS = (
    text("DELETE FROM billing_item WHERE contract_id = ANY(:contract) AND state = 'cancelled'"),
    text("DELETE FROM tariff_assignment WHERE contract_id = ANY(:contract)"),
    text("DELETE FROM contract WHERE id = ANY(:contract)"),
    text("DELETE FROM meter_mount WHERE id = ANY(:meter_mount)"),
    text("DELETE FROM dirty_day WHERE register_id IN (SELECT id FROM register WHERE meter_id = ANY(:meter))"),
    text("DELETE FROM interval_day WHERE register_id IN (SELECT id FROM register WHERE meter_id = ANY(:meter))"),
    text("DELETE FROM register WHERE meter_id = ANY(:meter)"),
    text("DELETE FROM meter WHERE id = ANY(:meter)"),
    text("UPDATE service_point SET parent_id = NULL WHERE id = ANY(:service_point) AND parent_id IS NOT NULL"),
    text("DELETE FROM service_point WHERE id = ANY(:service_point)"),
    text("DELETE FROM prepaid_state WHERE account_id = ANY(:account)"),
    text("DELETE FROM account_mode WHERE account_id = ANY(:account)"),
    text("DELETE FROM account WHERE id = ANY(:account)"),
    text("DELETE FROM client WHERE id = ANY(:client)"),
    text("DELETE FROM site WHERE id = ANY(:site)"),
)
# What was booked stays booked, and whose it is: the books show it taken over and taken back.
BOOKED = text(
    """
    SELECT a.id AS account, a.client_id AS client
      FROM account a
     WHERE a.id = ANY(:account) AND EXISTS (SELECT 1 FROM ledger_account g WHERE g.account_id = a.id)
    """
)
TABLES = ("site", "service_point", "meter", "meter_mount", "client", "account", "contract", "open_item", "security",
          "tariff_assignment", "tariff_before")  # fmt: skip


def obstacles(session: Session, record_ids: MadeIds) -> Iterator[Obstacle]:
    """Everything that rests on what an import made."""
    ids = _ids(record_ids)
    for code, check in CHECKS.items():
        row = session.execute(check, ids).one()
        if row.rows:
            yield Obstacle(code, row.rows, row.example)


def delete_made(session: Session, record_ids: MadeIds) -> dict[str, int]:
    """Delete all that an import made but accounts with bookings; the rows that stay, by table.

    The database refuses where something rests on it after all.
    """
    ids = _ids(record_ids)
    staying = {"account": set[int](), "client": set[int]()}
    for row in session.execute(BOOKED, ids):
        staying["account"].add(row.account)
        staying["client"].add(row.client)
    counts = {table: len(staying[table] & set(ids[table])) for table in staying}
    ids |= {table: [row_id for row_id in ids[table] if row_id not in staying[table]] for table in staying}
    for step in STEPS:
        session.execute(step, ids)
    return {table: count for table, count in counts.items() if count}


def _ids(record_ids: MadeIds) -> dict[str, list[int]]:
    return {table: list(record_ids.get(table, ())) for table in TABLES}
