"""What must fit where an account takes a service point over by a tariff."""

from cloud_service.store.customers import contract_changes
from cloud_service.store.database.session import Session
from common.errors import ConflictError


def refuse_mixed_entities(session: Session, point_id: int, account_id: int, tariff_id: int) -> None:
    """One legal entity, one currency: what does not fit would only be parked when it is billed."""
    sides = contract_changes.entities_and_currencies(session, point_id, account_id, tariff_id)
    if sides.account_entity != sides.point_entity:
        raise ConflictError("the account is of another legal entity than the service point", path="account")
    if sides.tariff_entity != sides.account_entity:
        raise ConflictError("the tariff is of another legal entity than the account", path="tariff")
    if sides.tariff_currency != sides.account_currency:
        raise ConflictError(
            f"the tariff is in {sides.tariff_currency}, the account in {sides.account_currency}", path="tariff"
        )
