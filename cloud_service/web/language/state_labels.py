"""The badges of states: word, tone and icon of each code, in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass

from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.language.sentences import lazy_pgettext


@dataclass(frozen=True, slots=True)
class StateLabel:
    """A state as its badge shows it; `tone` is the badge's colour, `icon` one of the sprite's."""

    label: str
    tone: str
    icon: str


def _state(word: str, tone: str, *, icon: str) -> StateLabel:
    """Keyword `icon=` lets `deploy/vendor.py` find the icon's name."""
    return StateLabel(word, tone, icon)


STATES: Mapping[str, StateLabel] = {
    "open": _state(lazy_pgettext("state", "Open"), "info", icon="clock"),
    "part": _state(_l("Part paid"), "warning", icon="clock"),
    "overdue": _state(_l("Overdue"), "danger", icon="alert-triangle"),
    "paid": _state(_l("Paid"), "success", icon="check"),
    "credited": _state(_l("Credited"), "muted", icon="arrow-back-up"),
    "credit_note": _state(_l("Credit note"), "muted", icon="arrow-back-up"),
    "taken_back": _state(_l("Taken back"), "muted", icon="arrow-back-up"),
    "written_off": _state(_l("Written off"), "muted", icon="x"),
    "online": _state(_l("Online"), "success", icon="check"),
    "degraded": _state(_l("Degraded"), "warning", icon="alert-triangle"),
    "offline": _state(_l("Offline"), "danger", icon="alert-triangle"),
    "never": _state(_l("Never seen"), "muted", icon="clock"),
    "revoked": _state(_l("Revoked"), "muted", icon="x"),
    "planned": _state(_l("Planned"), "muted", icon="clock"),
    "rating": _state(_l("Rating"), "info", icon="clock"),
    "rated": _state(_l("Rated"), "info", icon="check"),
    "approved": _state(_l("Approved"), "info", icon="check"),
    "issuing": _state(_l("Issuing"), "info", icon="clock"),
    "chosen": _state(_l("Not checked yet"), "muted", icon="clock"),
    "checking": _state(_l("Being checked"), "info", icon="clock"),
    "checked": _state(_l("Checked"), "info", icon="search"),
    "ready": _state(_l("Can be done"), "info", icon="check"),
    "refused": _state(_l("Refused"), "warning", icon="alert-triangle"),
    "done": _state(_l("Done"), "success", icon="check"),
    "undone": _state(_l("Taken back"), "muted", icon="arrow-back-up"),
    "settled_import": _state(_l("In use"), "muted", icon="receipt-2"),
    "cancelled": _state(_l("Cancelled"), "muted", icon="x"),
    "trial": _state(_l("Dry run"), "muted", icon="search"),
    "waiting": _state(_l("Waiting"), "muted", icon="clock"),
    "issued": _state(_l("Issued"), "success", icon="check"),
    "parked": _state(_l("Parked"), "warning", icon="alert-triangle"),
    "sent": _state(_l("Sent"), "success", icon="check"),
    "failed": _state(_l("Failed"), "danger", icon="alert-triangle"),
    "bounced": _state(_l("Bounced"), "danger", icon="alert-triangle"),
    "active": _state(_l("Active"), "success", icon="check"),
    "ended": _state(_l("Ended"), "muted", icon="x"),
    "future": _state(_l("Future"), "info", icon="clock"),
    "ok": _state(_l("OK"), "success", icon="check"),
    "low": _state(_l("Low"), "warning", icon="alert-triangle"),
    "critical": _state(_l("Critical"), "danger", icon="alert-triangle"),
    "empty": _state(lazy_pgettext("state", "Empty"), "danger", icon="alert-triangle"),
    "emergency": _state(_l("Emergency credit"), "danger", icon="alert-triangle"),
    "disconnected": _state(_l("Disconnected"), "muted", icon="x"),
    "payment": _state(_l("Payment"), "success", icon="cash"),
    "refund": _state(_l("Refund"), "warning", icon="arrow-back-up"),
    "chargeback": _state(_l("Chargeback"), "danger", icon="arrow-back-up"),
    "top_up": _state(_l("Top-up"), "success", icon="wallet"),
    "deposit": _state(_l("Deposit"), "info", icon="cash"),
    "registered": _state(_l("Registered"), "muted", icon="clock"),
    "running": _state(_l("Running"), "info", icon="clock"),
    "certain": _state(_l("To be booked"), "success", icon="check"),
    "passed": _state(_l("Nothing to do"), "muted", icon="check"),
    "left": _state(_l("Left for you"), "warning", icon="alert-triangle"),
    "closed": _state(_l("Closed"), "muted", icon="check"),
    "kept": _state(_l("Kept"), "success", icon="check"),
    "broken": _state(_l("Broken"), "danger", icon="alert-triangle"),
}


def state_label(code: str) -> StateLabel:
    """The badge of a state; muted where it is not known."""
    return STATES.get(code) or StateLabel(as_written(code), "muted", "clock")


def as_written(code: str) -> str:
    """A code without a label: `final_notice` reads Final notice."""
    return code.replace("_", " ").capitalize()
