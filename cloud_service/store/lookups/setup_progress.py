"""How far a legal entity is set up: told by what is there, so that it is true whoever did it, on a page or not."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

PROGRESS = text(
    """
    SELECT e.address <> '' AND e.country <> '' AS company,
           EXISTS (SELECT 1 FROM bank_account WHERE legal_entity_id = e.id) AS bank,
           e.theme <> '{}'::jsonb AS look,
           EXISTS (SELECT 1 FROM number_series WHERE legal_entity_id = e.id) AS numbers,
           EXISTS (SELECT 1 FROM tariff t JOIN tariff_version v ON v.tariff_id = t.id
                    WHERE t.legal_entity_id = e.id) AS tariff,
           EXISTS (SELECT 1 FROM site WHERE legal_entity_id = e.id) AS site,
           EXISTS (SELECT 1 FROM contract k JOIN account a ON a.id = k.account_id JOIN client c ON c.id = a.client_id
                    WHERE c.legal_entity_id = e.id) AS connection,
           EXISTS (SELECT 1 FROM site s JOIN service_point p ON p.site_id = s.id
                     JOIN meter_mount m ON m.service_point_id = p.id JOIN register r ON r.meter_id = m.meter_id
                    WHERE s.legal_entity_id = e.id
                      AND EXISTS (SELECT 1 FROM reading WHERE register_id = r.id)) AS reading,
           EXISTS (SELECT 1 FROM invoice i
                    WHERE i.legal_entity_id = e.id AND i.kind = 'invoice' AND i.taken_over_on IS NULL) AS bill,
           EXISTS (SELECT 1 FROM payment p JOIN account a ON a.id = p.account_id JOIN client c ON c.id = a.client_id
                    WHERE c.legal_entity_id = e.id AND p.amount > 0 AND p.provider <> 'take_over') AS payment
      FROM legal_entity e
     WHERE e.id = :entity
    """
)


@dataclass(frozen=True, slots=True)
class SetupProgress:
    """Which steps are done; the last one ends the setting up."""

    company: bool
    bank: bool
    look: bool
    numbers: bool
    tariff: bool
    site: bool
    connection: bool
    reading: bool
    bill: bool
    payment: bool


def setup_progress(session: Session, entity_id: int) -> SetupProgress:
    """The steps of a legal entity."""
    return SetupProgress(**session.execute(PROGRESS, {"entity": entity_id}).mappings().one())
