"""Fields and filters that several pages of the console share, and where the faults of a typed document are said."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from cloud_service.store.customers import legal_entities
from cloud_service.store.customers.tables import LegalEntity
from cloud_service.web.access import scope
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form
from cloud_service.web.language.labels import options
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.listing import Filter
from common.errors import InputError

REASON = Field("reason", _l("Why"), hint=_l("Kept in the audit log."))
"""Why something is changed, free to leave empty."""
REASON_BELOW = replace(REASON, group=_l("Audit log"))
"""The same under a heading of its own, for forms with groups."""
PLAN_FILTER = Filter(
    "mode", _l("Plan"), options=(("", _l("Both plans")), ("prepaid", _l("Prepaid")), ("postpaid", _l("Postpaid")))
)
UTILITY_FILTER = Filter("utility", _l("Utility"), options=(("", _l("All")), *options("utility")))


def entity_field(group: str = "") -> tuple[Field, ...]:
    """A choice of the reader's legal entities; nothing where there is but one."""
    choices = tuple((str(entity.public_id), entity.name) for entity in legal_entities.entities(session(), scope()))
    return (Field("entity", _("Legal entity"), "choice", options=choices, group=group),) if len(choices) > 1 else ()


def chosen_entity(form: Form) -> LegalEntity:
    """The legal entity of a sent form, the reader's first one where it did not ask. NotFoundError if not theirs."""
    return legal_entities.entity(session(), scope(), str(form.values.get("entity") or ""))


@contextmanager
def document_faults(field: str = "document") -> Iterator[None]:
    """A fault inside a typed document is said at the form's field, with its place in the document before it."""
    try:
        yield
    except InputError as error:
        place = f"{error.path}: " if error.path else ""
        raise InputError(f"{place}{error.message}", path=field, hint=error.hint) from error
