"""The next free number of a client, account or contract, in the manner of the newest of the legal entity.

A suggestion, not a reservation: the unique constraint decides where two take one at the same time.
"""

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from cloud_service.domain.invoicing.next_number import following

FIRST_CLIENT, FIRST_ACCOUNT, FIRST_CONTRACT = "C-1001", "A-1001", "V-1001"

LAST_CLIENT = text("SELECT number FROM client WHERE legal_entity_id = :entity ORDER BY id DESC LIMIT 1")
LAST_ACCOUNT = text("""
SELECT a.number FROM account a JOIN client c ON c.id = a.client_id WHERE c.legal_entity_id = :entity
 ORDER BY a.id DESC LIMIT 1
""")
# those of vacancies and successors carry a day and are nobody's manner
LAST_CONTRACT = text("""
SELECT k.number FROM contract k JOIN service_point p ON p.id = k.service_point_id JOIN site s ON s.id = p.site_id
 WHERE s.legal_entity_id = :entity AND k.number !~ '-(VAC-)?[0-9]{8}$' ORDER BY k.id DESC LIMIT 1
""")
ENTITY_OF = text("SELECT legal_entity_id FROM client WHERE id = :client")
TAKEN_CLIENT = text("SELECT 1 FROM client WHERE legal_entity_id = :entity AND number = :number")
TAKEN_ACCOUNT = text("SELECT 1 FROM account WHERE number = :number")
TAKEN_CONTRACT = text("SELECT 1 FROM contract WHERE number = :number")


def client_number(session: Session, entity_id: int) -> str:
    """For a new client of a legal entity."""
    return _free(session, entity_id, LAST_CLIENT, TAKEN_CLIENT, FIRST_CLIENT)


def account_number(session: Session, client_id: int) -> str:
    """For a new account of a client."""
    entity_id = int(session.execute(ENTITY_OF, {"client": client_id}).scalar_one())
    return _free(session, entity_id, LAST_ACCOUNT, TAKEN_ACCOUNT, FIRST_ACCOUNT)


def contract_number(session: Session, entity_id: int) -> str:
    """For a new contract at a site of a legal entity."""
    return _free(session, entity_id, LAST_CONTRACT, TAKEN_CONTRACT, FIRST_CONTRACT)


def _free(session: Session, entity_id: int, last: TextClause, taken: TextClause, first: str) -> str:
    newest = session.execute(last, {"entity": entity_id}).scalar_one_or_none()
    number = following(str(newest or ""), first)
    while session.execute(taken, {"entity": entity_id, "number": number}).first():
        number = following(number, first)
    return number
