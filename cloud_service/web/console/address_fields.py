"""The fields of a postal address in a form, and what was typed into them."""

from typing import Any

from babel import Locale
from flask_babel import get_locale

from cloud_service.domain.customers import address_habits
from cloud_service.domain.customers.postal_address import (
    AS_WRITTEN,
    CHECKED,
    PARTS,
    READ,
    STREET_LINES_MAX,
    Addressed,
    lines_of,
)
from cloud_service.web.forms import Field, Form, Options
from cloud_service.web.language.labels import LABELS
from cloud_service.web.language.sentences import gettext as _

KEYS = (*PARTS, "country", "address_state")


def address_fields(group: str, party: Addressed | None = None, *, required: bool = False) -> tuple[Field, ...]:
    """Street, postcode, city, region, country, and whether the rules of the country hold; `party` is whose they are."""
    return (
        Field(
            "street", _("Street"), "lines", _("House and street, P.O. box, floor: at most %(lines)s lines.",
            lines=STREET_LINES_MAX), required=required, longest=600, group=group,
        ),
        Field("postcode", _("Postcode"), hint=_("Empty where the country has none."), group=group),
        Field("city", _("City"), group=group),
        Field("region", _("Region"), hint=_("State or province, where letters there have it."), group=group),
        Field("country", _("Country"), "code", _("Its name or two capitals."), options=countries(), required=required,
              group=group),
        Field("address_state", _("Check"), "choice", _was(party), options=_states(party), group=group),
    )  # fmt: skip


def address_values(party: Addressed) -> dict[str, str]:
    """What stands in the fields of somebody who has an address."""
    return {key: getattr(party, key) for key in KEYS}


def typed_address(form: Form) -> dict[str, Any]:
    """What was typed, by the names of columns."""
    typed = {key: form[key] for key in KEYS}
    return typed if typed["address_state"] else {key: typed[key] for key in KEYS[:-1]}


def countries() -> Options:
    """Every country with its name in the reader's language."""
    names = (get_locale() or Locale("en")).territories
    options = [(code, str(names.get(code, code))) for code in address_habits.countries()]
    return tuple(sorted(options, key=lambda option: option[1]))


def _states(party: Addressed | None) -> tuple[tuple[str, str], ...]:
    """How the address may be kept; that nobody looked at it is only said where that is so."""
    is_unread = party is not None and party.address_state == READ and party.address
    states = (READ, CHECKED, AS_WRITTEN) if is_unread else (CHECKED, AS_WRITTEN)
    return tuple((state, str(LABELS["address_state"][state])) for state in states)


def _was(party: Addressed | None) -> str:
    if party is not None and party.address_state == READ and party.address:
        return _("Printed so far: %(lines)s", lines=" · ".join(lines_of(party.address)))
    return _("What does not fit the country is refused, unless it is to be kept as it is written.")
