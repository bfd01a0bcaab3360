"""How accounts are billed: days to pay, way of delivery, billing cycle. What is left empty stays as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from cloud_service.batches.action import BatchAction, BatchOrder, RowChange
from cloud_service.flow.customers.client import AccountTerms, change_terms
from cloud_service.store.customers.clients import account_terms
from cloud_service.store.database.session import Session
from common.errors import ConflictError, InputError

TEXTS = ("delivery", "billing_cycle")
NUMBERS = ("payment_terms_days", "billing_day")
WORDS = {"payment_terms_days": "{} days", "billing_day": "day {}"}


def change(session: Session, account_id: int, order: BatchOrder) -> RowChange:
    """From the next bill on."""
    changes = {key: order.text(key) for key in TEXTS} | {key: order.number(key) for key in NUMBERS}
    changes = {key: value for key, value in changes.items() if value not in ("", None)}
    if not changes:
        raise InputError("say what is to change", path="payment_terms_days")
    before = asdict(account_terms(session, account_id))
    changed = change_terms(
        session, account_id, AccountTerms(**before | changes), author=order.author, reason=order.reason
    )  # fmt: skip
    if not changed:
        raise ConflictError("it has these terms already")
    return RowChange(_words(before, changed), _words(changes, changed))


def _words(terms: Mapping[str, object], names: Sequence[str]) -> str:
    return ", ".join(WORDS.get(name, "{}").format(terms[name]) for name in names)


ACTION = BatchAction("account_terms", change)
