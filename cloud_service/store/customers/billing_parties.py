"""Who pays and who is paid, as they are today: what an invoice freezes of them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from cloud_service.domain.customers.postal_address import PARTS
from cloud_service.domain.invoicing.billing_account import BillingAccount, Buyer, Seller
from cloud_service.domain.pricing.record_json import from_json
from common.errors import NotFoundError

PARTIES = text("""
SELECT a.id AS account_id, a.currency, a.payment_terms_days AS terms_days, a.delivery, a.number AS account_number,
       a.settings, c.number AS client_number, c.name, c.kind, c.email, c.phone, c.address, c.country, c.locale,
       c.vat_id, c.buyer_reference, c.einvoice, c.electronic_address, c.street, c.postcode, c.city, c.region,
       e.id AS entity_id, e.currency AS local_currency, e.timezone,
       coalesce((SELECT m.mode = 'prepaid' FROM account_mode m WHERE m.account_id = a.id
                    AND m.during @> cast(:day AS date)), false) AS prepaid
  FROM account a JOIN client c ON c.id = a.client_id JOIN legal_entity e ON e.id = c.legal_entity_id
 WHERE a.id = ANY(:ids)
""")
# What is empty is left out of the account: so an account by IBAN is frozen as it always was.
SELLERS = text("""
SELECT e.id, e.name, e.address, e.country, e.vat_id, e.email, e.phone, e.website, e.locale,
       nullif(e.electronic_address, '') AS electronic_address,
       nullif(e.street, '') AS street, nullif(e.postcode, '') AS postcode, nullif(e.city, '') AS city,
       nullif(e.region, '') AS region,
       nullif(e.tax_number, '') AS tax_number, nullif(e.company_number, '') AS company_number,
       coalesce((SELECT jsonb_agg(jsonb_build_object('holder', b.holder, 'iban', b.iban, 'bic', b.bic,
                 'currency', b.currency) || jsonb_strip_nulls(jsonb_build_object(
                 'scheme', nullif(b.scheme, 'iban'), 'bank_code', nullif(b.bank_code, ''),
                 'branch_code', nullif(b.branch_code, ''), 'account_number', nullif(b.account_number, ''),
                 'bank_name', nullif(b.bank_name, ''), 'free_lines', nullif(b.free_lines, '')))
                 ORDER BY b.is_default DESC, b.id)
                 FROM bank_account b WHERE b.legal_entity_id = e.id AND b.retired_on IS NULL), '[]')
       AS bank_accounts FROM legal_entity e WHERE e.id = ANY(:ids)
""")
BUYER = ("name", "kind", "email", "phone", "address", "country", "locale", "vat_id", "buyer_reference")
LATER = ("einvoice", "electronic_address", *PARTS)  # left out where empty: so a buyer is frozen as it always was


def parties(session: Session, account_ids: Sequence[int], day: date) -> dict[int, BillingAccount]:
    """The parties of some accounts as at a day; an unknown account is refused."""
    rows = session.execute(PARTIES, {"ids": list(account_ids), "day": day}).mappings().all()
    sellers = _sellers(session, {row["entity_id"] for row in rows})
    accounts = {row["account_id"]: _account(row, sellers) for row in rows}
    missing = set(account_ids) - set(accounts)
    if missing:
        raise NotFoundError(f"account {min(missing)} does not exist")
    return accounts


def _sellers(session: Session, ids: set[int]) -> dict[int, Seller]:
    rows = session.execute(SELLERS, {"ids": sorted(ids)}).mappings()
    return {row["id"]: from_json(Seller, _stated(row)) for row in rows}


def _stated(row: RowMapping) -> dict[str, Any]:
    """The row without its id and without the tax ids that the company does not have."""
    return {key: row[key] for key in row if key != "id" and row[key] is not None}


def _account(row: RowMapping, sellers: dict[int, Seller]) -> BillingAccount:
    return BillingAccount(
        account_id=row["account_id"],
        entity_id=row["entity_id"],
        currency=row["currency"],
        terms_days=row["terms_days"],
        delivery=row["delivery"],
        email=row["email"],
        prepaid=row["prepaid"],
        local_currency=row["local_currency"],
        timezone=row["timezone"],
        per_contract=row["settings"].get("invoice_per") == "contract",
        seller=sellers[row["entity_id"]],
        buyer=Buyer(
            **{name: row[name] for name in BUYER},
            **{name: row[name] for name in LATER if row[name]},
            number=row["client_number"],
            account=row["account_number"],
        ),
    )
