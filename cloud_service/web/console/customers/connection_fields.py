"""What forms of connections share: which account and tariff, an index, what a counter showed last."""

from decimal import Decimal

from flask import url_for

from cloud_service.store.customers import clients
from cloud_service.store.lookups.connection_surroundings import LastIndex
from cloud_service.store.lookups.customers import Connection
from cloud_service.store.tariffs import published
from cloud_service.web.access import scope
from cloud_service.web.database import session
from cloud_service.web.forms import Field, FormPage
from cloud_service.web.language.formatting import kwh
from cloud_service.web.language.sentences import gettext as _
from common.errors import InputError
from common.period import zone


def account_field(label: str, group: str = "") -> Field:
    """Which account, of those the reader may know of."""
    options = clients.account_names(session(), scope())
    return Field("account", label, hint=_("Account number."), required=True, options=options, group=group)


def tariff_field(label: str, group: str = "") -> Field:
    """Which tariff."""
    return Field("tariff", label, "choice", options=published.names(session(), scope()), required=True, group=group)


def thousandths(value: Decimal, path: str) -> int:
    """An index in the register's unit, as the whole number that is kept."""
    shifted = value.scaleb(3)
    if shifted != shifted.to_integral_value() or value < 0:
        raise InputError(
            _("%(value)s is not an index", value=value), path=path, hint=_("at most three decimals, not below 0")
        )
    return int(shifted)


def short(value: Decimal) -> Decimal:
    """The number without the zeros that the database keeps behind it."""
    return Decimal(f"{value.normalize():f}")


def connection_page(connection: Connection, title: str, submit: str, note: str = "") -> FormPage:
    """What stands around a form about one connection."""
    back = url_for("connections.show", public_id=connection.contract.public_id)
    return FormPage(title, (f"{connection.contract.number} · {connection.client.name}", back), submit, note)


def index_hint(index: LastIndex, timezone: str) -> str:
    """What a counter showed last, beside the field for what it shows now."""
    if index.value is None or index.at is None:
        return _("Nothing was read yet.")
    return _(
        "Last: %(index)s %(unit)s, %(at)s.", index=kwh(index.value, 3), unit=index.unit,
        at=f"{index.at.astimezone(zone(timezone)):%Y-%m-%d %H:%M}",
    )  # fmt: skip
