"""Dunning account by account: a transaction each, so that nobody waits for all of them and none keeps another back."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TypeVar

from cloud_service.store.database.errors import fault_of, is_away
from cloud_service.store.database.session import Session
from cloud_service.store.receivables.ledger import lock_accounts
from common.errors import ConflictError, EnergyError

Outcome = TypeVar("Outcome")
Begin = Callable[[], AbstractContextManager[Session]]
SHOWN = 5
log = logging.getLogger("energy.dunning")


def account_by_account(
    begin: Begin, accounts: Mapping[int, str], work: Callable[[Session, int], Sequence[Outcome]]
) -> list[Outcome]:
    """What `work` did under the lock of each account (id and number); it looks at what is due once more there.

    What some accounts raise is said at the end, when all others are done.
    """
    outcomes: list[Outcome] = []
    faults: dict[str, Exception] = {}
    for account_id, number in accounts.items():
        try:
            with begin() as session:
                lock_accounts(session, [account_id])
                outcomes += work(session, account_id)
        except Exception as error:
            if is_away(error):
                raise
            log.warning("account %s: %s", number, error, exc_info=not isinstance(error, EnergyError))
            faults[number] = error
    if faults:
        raise _put_aside(faults)
    return outcomes


def _put_aside(faults: Mapping[str, Exception]) -> EnergyError:
    """The first error, which names the accounts that were left out."""
    first = next(iter(faults.values()))
    numbers = ", ".join(list(faults)[:SHOWN]) + (" …" if len(faults) > SHOWN else "")
    left_out = f"left out: {numbers}; all others are done"
    if not isinstance(first, EnergyError):
        return ConflictError(fault_of(first), hint=left_out)
    first.hint = f"{first.hint}; {left_out}" if first.hint else left_out
    return first
