"""What a company has, a row for each, as sheets name it; columns by the keys of the sheets."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

QUERIES = {
    "sites": text(
        """
        SELECT name AS site, a.text AS site_address, a.street AS site_street, a.postcode AS site_postcode,
               a.city AS site_city, a.region AS site_region, country AS site_country, timezone AS site_zone,
               currency AS site_currency, holiday_calendar
          FROM site s
         CROSS JOIN LATERAL (SELECT CASE WHEN s.address_state = 'checked' THEN '' ELSE s.address END AS text,
                                    CASE WHEN s.address_state = 'checked' THEN s.street ELSE '' END AS street,
                                    CASE WHEN s.address_state = 'checked' THEN s.postcode ELSE '' END AS postcode,
                                    CASE WHEN s.address_state = 'checked' THEN s.city ELSE '' END AS city,
                                    CASE WHEN s.address_state = 'checked' THEN s.region ELSE '' END AS region) a
         WHERE legal_entity_id = :entity
         ORDER BY id
        """
    ),
    "points": text(
        """
        WITH RECURSIVE placed AS (
               SELECT p.id, 0 AS depth FROM service_point p WHERE p.parent_id IS NULL
                UNION ALL
               SELECT p.id, a.depth + 1 FROM service_point p JOIN placed a ON a.id = p.parent_id)
        SELECT s.name AS site, p.name AS point, p.utility, p.grid_id, coalesce(t.name || ': ' || u.name, '') AS under
          FROM service_point p
          JOIN placed d ON d.id = p.id
          JOIN site s ON s.id = p.site_id
          LEFT JOIN service_point u ON u.id = p.parent_id
          LEFT JOIN site t ON t.id = u.site_id
         WHERE s.legal_entity_id = :entity
         ORDER BY d.depth, p.id
        """
    ),
    "clients": text(
        """
        SELECT number AS client_number, name AS client, kind AS client_kind, email, phone, a.text AS address, a.street,
               a.postcode, a.city, a.region, a.state AS address_state, country, locale AS language, vat_id,
               buyer_reference, einvoice, electronic_address
          FROM client c
         CROSS JOIN LATERAL (SELECT CASE WHEN c.address_state = 'read' THEN c.address ELSE '' END AS text,
                                    CASE WHEN c.address_state = 'read' THEN '' ELSE c.street END AS street,
                                    CASE WHEN c.address_state = 'read' THEN '' ELSE c.postcode END AS postcode,
                                    CASE WHEN c.address_state = 'read' THEN '' ELSE c.city END AS city,
                                    CASE WHEN c.address_state = 'read' THEN '' ELSE c.region END AS region,
                                    nullif(nullif(c.address_state, 'read'), 'checked') AS state) a
         WHERE legal_entity_id = :entity
         ORDER BY id
        """
    ),
    "accounts": text(
        """
        SELECT c.number AS client_number, a.number AS account, a.currency, a.payment_terms_days AS terms_days,
               a.billing_cycle AS cycle, a.billing_day AS cycle_day, a.billing_month AS cycle_month,
               a.billing_year AS cycle_year, a.delivery,
               coalesce((SELECT m.mode
                           FROM account_mode m
                          WHERE m.account_id = a.id
                          ORDER BY lower(m.during) DESC
                          LIMIT 1), '') AS mode
          FROM account a
          JOIN client c ON c.id = a.client_id
         WHERE c.legal_entity_id = :entity
         ORDER BY a.id
        """
    ),
    # Meters that never hung anywhere are of nobody: they are in the sheets of an operator's only company.
    "meters": text(
        """
        SELECT s.name AS site, p.name AS point, m.serial AS meter, m.maker, r.names AS register, r.details, r.digits,
               (lower(n.during) AT TIME ZONE s.timezone)::date AS mounted,
               (upper(n.during) AT TIME ZONE s.timezone)::date AS removed,
               CASE WHEN r.names <@ ARRAY(SELECT jsonb_object_keys(n.opening))
                    THEN ARRAY(SELECT (n.opening->>x.name)::numeric / 1000
                                 FROM unnest(r.names) WITH ORDINALITY x(name, place)
                                ORDER BY x.place) END AS opening,
               CASE WHEN r.names <@ ARRAY(SELECT jsonb_object_keys(n.closing))
                    THEN ARRAY(SELECT (n.closing->>x.name)::numeric / 1000
                                 FROM unnest(r.names) WITH ORDINALITY x(name, place)
                                ORDER BY x.place) END AS closing,
               n.multiplier
          FROM meter m
          LEFT JOIN meter_mount n ON n.meter_id = m.id
          LEFT JOIN service_point p ON p.id = n.service_point_id
          LEFT JOIN site s ON s.id = p.site_id
          JOIN LATERAL (SELECT coalesce(array_agg(g.name ORDER BY g.id), '{}') AS names, min(g.digits) AS digits,
                               array_agg(concat_ws('/', g.unit, g.kind, g.quantity, g.direction, g.step_s)
                                         ORDER BY g.id) AS details
                          FROM register g
                         WHERE g.meter_id = m.id) r ON true
         WHERE s.legal_entity_id = :entity
            OR n.id IS NULL AND (SELECT count(*) FROM legal_entity) = 1
         ORDER BY lower(n.during) NULLS FIRST, n.id, m.id
        """
    ),
    "contracts": text(
        """
        SELECT k.number AS contract, s.name AS site, p.name AS point, a.number AS account, lower(k.during) AS start,
               upper(k.during) AS end,
               coalesce((SELECT t.code
                           FROM tariff_assignment x
                           JOIN tariff t ON t.id = x.tariff_id
                          WHERE x.contract_id = k.id AND x.role = 'supply'
                          ORDER BY lower(x.during)
                          LIMIT 1), '') AS tariff
          FROM contract k
          JOIN service_point p ON p.id = k.service_point_id
          JOIN site s ON s.id = p.site_id
          JOIN account a ON a.id = k.account_id
         WHERE s.legal_entity_id = :entity
         ORDER BY k.id
        """
    ),
    "tariffs": text(
        """
        SELECT k.number AS contract, s.name AS site, p.name AS point, t.code AS tariff, lower(x.during) AS tariff_from
          FROM tariff_assignment x
          JOIN tariff t ON t.id = x.tariff_id
          JOIN contract k ON k.id = x.contract_id
          JOIN service_point p ON p.id = k.service_point_id
          JOIN site s ON s.id = p.site_id
         WHERE s.legal_entity_id = :entity AND x.role = 'supply'
           AND EXISTS (SELECT 1 FROM tariff_assignment o
                        WHERE o.contract_id = x.contract_id AND o.role = x.role AND o.during << x.during)
         ORDER BY lower(x.during), k.id
        """
    ),
    "balances": text(
        """
        SELECT account, balance, balance_day, deposit
          FROM (SELECT a.number AS account, i.total AS balance, i.taken_over_on AS balance_day,
                       NULL::numeric AS deposit, a.id AS place, i.id
                  FROM invoice i
                  JOIN account a ON a.id = i.account_id
                 WHERE i.legal_entity_id = :entity AND i.taken_over_on IS NOT NULL AND i.number = 'OPENING-' || a.number
                   AND NOT EXISTS (SELECT 1 FROM ledger_entry WHERE business_key = 'take_over_undo:' || i.id)
                 UNION ALL
                SELECT a.number, NULL, d.day, d.amount, a.id, d.id
                  FROM payment d
                  JOIN account a ON a.id = d.account_id
                  JOIN client c ON c.id = a.client_id
                 WHERE c.legal_entity_id = :entity AND d.provider = 'take_over' AND d.kind = 'deposit'
                   AND NOT EXISTS (SELECT 1 FROM payment r WHERE r.reverses_id = d.id AND r.provider = 'take_over')) o
         ORDER BY place, balance IS NULL, id
        """
    ),
    "items": text(
        """
        SELECT a.number AS account, i.number AS item, i.bill_date AS item_day, i.due_date AS item_due,
               (i.basis->'taken_over'->>'amount')::numeric AS item_amount,
               nullif((i.basis->'taken_over'->>'paid')::numeric, 0) AS item_paid,
               i.basis->'taken_over'->>'text' AS item_text, i.taken_over_on AS balance_day
          FROM invoice i
          JOIN account a ON a.id = i.account_id
         WHERE i.legal_entity_id = :entity AND i.taken_over_on IS NOT NULL AND i.number <> 'OPENING-' || a.number
           AND NOT EXISTS (SELECT 1 FROM ledger_entry WHERE business_key = 'take_over_undo:' || i.id)
         ORDER BY i.id
        """
    ),
}


def rows_of(session: Session, kind: str, entity_id: int) -> Iterator[Mapping[str, Any]]:
    """The rows of one kind, in the order in which they were made; service points after those that count them too."""
    for row in session.execute(QUERIES[kind], {"entity": entity_id}).mappings():
        yield dict(row)
