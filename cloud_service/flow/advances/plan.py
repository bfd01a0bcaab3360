"""Advance plans: agreed from a day on, changed, ended. What is billed already stays as it is."""

from datetime import date, timedelta

from cloud_service.domain.invoicing.advances.plan import AdvanceTerms
from cloud_service.flow.advances.supply_tax import supply_tax
from cloud_service.store.audit import log
from cloud_service.store.customers import contract_changes
from cloud_service.store.customers.billing_parties import parties
from cloud_service.store.customers.contract_changes import StoredContract
from cloud_service.store.database.session import Session
from cloud_service.store.invoicing.advances import bills, plans
from cloud_service.store.receivables.ledger import lock_accounts
from common.errors import ConflictError, InputError

DAY = timedelta(days=1)


def agree(session: Session, contract_id: int, terms: AdvanceTerms, day: date, *, author: str, reason: str = "") -> None:
    """Bill an amount in advance from a day on, up to what was agreed for later; it changes what was agreed before."""
    contract = contract_changes.stored_contract(session, contract_id)
    lock_accounts(session, [contract.account_id])
    account = parties(session, [contract.account_id], day)[contract.account_id]
    terms.check(account.currency)
    _check_day(session, contract, day)
    if account.prepaid:
        raise ConflictError(
            f"{account.buyer.account} is prepaid on {day}: what it uses is paid before", path="from", code="prepaid",
            hint="advances are for accounts that are billed afterwards",
        )  # fmt: skip
    supply_tax(session, contract_id, day)
    plans.agree(session, contract_id, terms, day, author=author, reason=reason)
    log.note(
        session, author, "contract.advance_plan", f"contract:{contract_id}", reason=reason, start=day.isoformat(),
        amount=format(terms.amount, "f"), every_months=terms.every_months, day=terms.day, timing=terms.timing,
    )  # fmt: skip


def end(session: Session, contract_id: int, day: date, *, author: str, reason: str = "") -> None:
    """Nothing is billed in advance from a day on; what was agreed for later is gone too."""
    contract = contract_changes.stored_contract(session, contract_id)
    lock_accounts(session, [contract.account_id])
    _refuse_billed(session, contract_id, day)
    if not plans.end(session, contract_id, day):
        raise ConflictError(f"nothing is agreed for {contract.number} from {day} on", path="from")
    log.note(session, author, "contract.advance_end", f"contract:{contract_id}", reason=reason, start=day.isoformat())


def _check_day(session: Session, contract: StoredContract, day: date) -> None:
    if day < contract.start or (contract.end is not None and day >= contract.end):
        until = f" to {contract.end - DAY}" if contract.end else ""
        raise InputError(f"{contract.number} is supplied from {contract.start}{until}", path="from")
    _refuse_billed(session, contract.id, day)
    billed = contract_changes.billed_until(session, contract.id)
    if billed is not None and billed > day:
        raise ConflictError(f"days before {billed} are billed already", path="from", hint=f"from {billed} on")


def _refuse_billed(session: Session, contract_id: int, day: date) -> None:
    advanced = bills.billed_until(session, contract_id)
    if advanced is not None and advanced > day:
        raise ConflictError(
            f"days before {advanced} are billed in advance already", path="from",
            hint=f"from {advanced} on, or credit that bill first",
        )  # fmt: skip
