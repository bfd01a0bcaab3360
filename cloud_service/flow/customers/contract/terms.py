"""By which tariff, how often and in which mode somebody is billed, from a day on."""

from dataclasses import asdict
from datetime import date

from cloud_service.domain.calendar.billing_cycle import CYCLES, CYCLES_HINT
from cloud_service.flow.customers.contract.fitting import refuse_mixed_entities
from cloud_service.store.audit import log
from cloud_service.store.customers import contract_changes
from cloud_service.store.customers.contract_changes import AgreedChange, BillingCycle
from cloud_service.store.database.session import Session
from cloud_service.store.invoicing import billing_run_items
from common.errors import ConflictError, InputError


def change_tariff(
    session: Session, contract_id: int, tariff_id: int, day: date, *, author: str, reason: str
) -> AgreedChange | None:
    """Another tariff from a day on; days that are billed already keep theirs.

    A change that was agreed for later stays, and the new tariff holds up to it: that change, if there is one.
    """
    billed = contract_changes.billed_until(session, contract_id)
    if billed is not None and billed > day:
        raise ConflictError(f"days up to {billed} are billed already", hint="credit the bill first")
    contract = contract_changes.stored_contract(session, contract_id)
    refuse_mixed_entities(session, contract.service_point_id, contract.account_id, tariff_id)
    before = contract_changes.tariff_on(session, contract_id, day)
    agreed = next(iter(contract_changes.agreed_tariffs(session, contract_id, day)), None)
    contract_changes.end_assignment(session, contract_id, day)
    contract_changes.assign_tariff(session, contract_id, tariff_id, day, agreed.start if agreed else None)
    billing_run_items.park_rated(session, contract_id, day, "the tariff changed after the rating: rate it again")
    log.record(
        session,
        [
            log.AuditChange(
                author, "contract.tariff", f"contract:{contract_id}", {"tariff": before},
                {"tariff": tariff_id, "from": day.isoformat()} | _until(agreed), reason,
            )
        ],
    )  # fmt: skip
    return agreed


def _until(agreed: AgreedChange | None) -> dict[str, str]:
    return {"until": agreed.start.isoformat(), "then": agreed.name} if agreed else {}


def change_cycle(session: Session, account_id: int, cycle: str, day: int, *, author: str, reason: str = "") -> None:
    """How often and on which day of the month the account is billed."""
    if cycle not in CYCLES:
        raise InputError(f"{cycle!r} is no billing cycle", path="cycle", hint=CYCLES_HINT)
    if not 1 <= day <= 31:  # noqa: PLR2004 - days of a month; shorter months bill on their last
        raise InputError(f"{day} is no day of a month", path="day")
    after = BillingCycle(cycle, day)
    before = contract_changes.set_cycle(session, account_id, after)
    change = log.AuditChange(author, "account.cycle", f"account:{account_id}", asdict(before), asdict(after), reason)
    log.record(session, [change])


def change_mode(
    session: Session, account_id: int, mode: str, day: date, *, author: str, reason: str = ""
) -> AgreedChange | None:
    """Prepaid or postpaid from a day on; the ledger is the same for both.

    A change that was agreed for later stays, and the new mode holds up to it: that change, if there is one.
    """
    if mode not in ("prepaid", "postpaid"):
        raise InputError(f"{mode!r} is no mode", path="mode", hint="prepaid or postpaid")
    agreed = next(iter(contract_changes.agreed_modes(session, account_id, day)), None)
    before = {"mode": contract_changes.set_mode(session, account_id, mode, day)}
    after = {"mode": mode, "from": day.isoformat()} | _until(agreed)
    log.record(session, [log.AuditChange(author, "account.mode", f"account:{account_id}", before, after, reason)])
    return agreed
