"""What bank lines are matched against: every open invoice, with the names that payers write."""

from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.receivables.bank_line_likeness import is_same_account
from cloud_service.domain.receivables.remittance_matching import OpenItem, squeeze
from cloud_service.store.scope import Scope

OPEN = text(
    """
    SELECT b.number, b.account_id, a.number AS account, c.number AS client, b.currency, b.outstanding
      FROM invoice_balance_at('infinity') b
      JOIN account a ON a.id = b.account_id
      JOIN client c ON c.id = a.client_id
     WHERE b.kind = 'invoice' AND b.outstanding > 0
       AND (cast(:entity AS bigint) IS NULL OR b.legal_entity_id = :entity)
       AND (cast(:entities AS bigint[]) IS NULL OR b.legal_entity_id = ANY(:entities))
     ORDER BY b.due_date, b.invoice_id
    """
)
ENTITIES = text(
    """
    SELECT DISTINCT legal_entity_id, iban, account_number,
           bank_code || branch_code || account_number AS with_bank
      FROM bank_account
     WHERE iban <> '' OR scheme <> 'free'
    """
)
CURRENCIES = text(
    """
    SELECT DISTINCT currency
      FROM bank_account
     WHERE retired_on IS NULL AND (cast(:entities AS bigint[]) IS NULL OR legal_entity_id = ANY(:entities))
     ORDER BY currency
    """
)


def open_invoices(session: Session, entity_id: int | None, scope: Scope) -> list[OpenItem]:
    """All that is open, of one legal entity or of all that the reader may know of; the one due first first."""
    entities = None if scope.entities is None else list(scope.entities)
    return [
        OpenItem(row.number, row.account_id, row.account, row.client, row.currency, Decimal(row.outstanding))
        for row in session.execute(OPEN, {"entity": entity_id, "entities": entities})
    ]


def entity_of(session: Session, account: str) -> int | None:
    """Whose bank account that is, by its IBAN or national number; None where nobody's, or that of several companies."""
    plain = squeeze(account)
    entities = {
        row.legal_entity_id
        for row in session.execute(ENTITIES)
        if plain and _is_account(account, plain, row.iban, (row.account_number, row.with_bank))
    }
    return entities.pop() if len(entities) == 1 else None


def _is_account(account: str, plain: str, iban: str, national: tuple[str, str]) -> bool:
    if iban:
        return is_same_account(account, iban)
    return plain in {squeeze(number) for number in national if number}


def account_currencies(session: Session, scope: Scope) -> list[str]:
    """The currencies of the bank accounts in use that the reader may know of."""
    entities = None if scope.entities is None else list(scope.entities)
    return list(session.execute(CURRENCIES, {"entities": entities}).scalars())
