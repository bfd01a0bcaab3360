"""From the names that commands carry to ids, within the legal entity that `--entity` names (`options.WHOSE`)."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from cloud_service.cli.options import WHOSE_KEY
from cloud_service.store.customers.legal_entities import entity_names
from cloud_service.store.lookups import ids_by_name
from cloud_service.store.lookups.ids_by_name import SharedNameError
from cloud_service.store.scope import Scope
from common.errors import InputError

if TYPE_CHECKING:
    from cloud_service.store.database.session import Session

Lookup = Callable[["Session", str, Scope], int]


def named_scope(session: "Session") -> Scope:
    """The legal entity of `--entity`, by its id or name; all without the option."""
    context = click.get_current_context(silent=True)
    company = (context.meta.get(WHOSE_KEY) or context.params.get("entity")) if context else None
    if company is None:
        return Scope()
    names = entity_names(session)
    fitting = [entity for entity, name in names.items() if str(company) in (str(entity), name)]
    if len(fitting) != 1:
        choices = ", ".join(f"{entity} {name}" for entity, name in names.items())
        raise InputError(f"{company!r} names no legal entity", path="--entity", hint=f"known: {choices}")
    return Scope(frozenset(fitting))


def _within(lookup: Lookup) -> Callable[..., int]:
    """The lookup within the legal entity of `--entity`; a name that several share is refused with all of them."""

    def find(session: "Session", name: str, scope: Scope | None = None) -> int:
        try:
            return lookup(session, name, scope or named_scope(session))
        except SharedNameError as error:
            options = " or ".join(f"--entity {entity}" for entity in error.companies)
            hint = f"{error.hint}, or add {options}" if options else error.hint
            raise InputError(error.message, path=error.path, hint=hint) from error

    return find


client_id = _within(ids_by_name.client_id)
account_id = _within(ids_by_name.account_id)
contract_id = _within(ids_by_name.contract_id)
invoice_id = _within(ids_by_name.invoice_id)
site_id = _within(ids_by_name.site_id)
point_id = _within(ids_by_name.point_id)
meter_id = _within(ids_by_name.meter_id)
gateway_id = _within(ids_by_name.gateway_id)
tariff_id = _within(ids_by_name.tariff_id)


def connection_scope(session: "Session", point: str, account: str, tariff: str) -> Scope:
    """The company that has a service point, an account and a tariff of these names, if it is only one."""
    return ids_by_name.connection_scope(session, point, account, tariff, named_scope(session))
