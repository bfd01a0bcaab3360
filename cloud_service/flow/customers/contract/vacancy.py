"""Days without a tenant: who pays for them, and from when."""

from datetime import date

from cloud_service.flow.customers.contract.fitting import refuse_mixed_entities
from cloud_service.flow.customers.contract.moves import begin_vacancy
from cloud_service.store.audit import log
from cloud_service.store.customers import contract_changes
from cloud_service.store.database.session import Session


def set_vacancy(
    session: Session,
    point_id: int,
    account_id: int,
    tariff_id: int,
    *,
    author: str,
    reason: str = "",
    since: date | None = None,
) -> None:
    """From now on the owner's account pays for a service point while nobody lives there.

    Where it is empty already, the owner pays from `since` on.
    """
    refuse_mixed_entities(session, point_id, account_id, tariff_id)
    contract_changes.set_vacancy(session, point_id, account_id, tariff_id)
    log.note(
        session, author, "point.vacancy", f"service_point:{point_id}", reason=reason, account=account_id,
        tariff=tariff_id,
    )  # fmt: skip
    if since is not None:
        vacancy = contract_changes.vacancy_at(session, point_id)
        begin_vacancy(session, vacancy, since, author=author, reason=reason)


def drop_vacancy(session: Session, point_id: int, *, author: str, reason: str = "") -> None:
    """Nobody pays for the next empty days; the owner's contract that runs now goes on until it is ended."""
    before = contract_changes.vacancy_at(session, point_id)
    contract_changes.drop_vacancy(session, point_id)
    log.record(
        session,
        [
            log.AuditChange(
                author, "point.vacancy", f"service_point:{point_id}", {"account": before.account_id}, {}, reason
            )
        ],
    )
