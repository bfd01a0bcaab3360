"""Why a message of a gateway was refused and what to do about it, for the pages of gateways and the support desk."""

from collections.abc import Mapping
from dataclasses import dataclass

from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.language.state_labels import as_written


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason in words, and the way out of it."""

    title: str
    advice: str


_FOREIGN = Refusal(
    _l("Not a message of ours"),
    _l("Something else publishes with this gateway's name. Give the gateway a new password."),
)
_NEWER = Refusal(
    _l("Written by another version of the program"),
    _l("Bring the cloud and the gateway to the same version. The readings wait in the gateway's buffer."),
)
_DAMAGED = Refusal(
    _l("Damaged, or of another gateway"),
    _l("If it goes on: each box needs a name of its own, and the id in its site file is the one that is registered."),
)
REFUSALS: Mapping[str, Refusal] = {
    "unknown_gateway": Refusal(
        _l("No gateway of this name is registered"),
        _l("Register it, or write the registered name as id into the site file of the box."),
    ),
    "revoked": Refusal(
        _l("The gateway is revoked"),
        _l("Switch the box off. If it is to be used again, register it anew under another name."),
    ),
    "bad_time": Refusal(
        _l("Readings of an impossible time"),
        _l("Set the clock of the box or of the meter. The readings wait in the gateway's buffer."),
    ),
    "foreign_meter": Refusal(
        _l("A meter of another site"),
        _l("Correct the meter's id in the site file, or take the meter down where it hangs now."),
    ),
    "bad_meter": Refusal(
        _l("A meter's name is another meter's serial no."),
        _l("Give the meter another id in the site file, or rename the other meter."),
    ),
    "other_unit": Refusal(
        _l("A register counts in another unit than before"),
        _l("Correct the meter's profile in the site file, or use another id for the new meter."),
    ),
    "conflict": Refusal(
        _l("Came again with other content"),
        _l("Two boxes may run from copies of one card. Give each a name and a data folder of its own."),
    ),
    "refused": Refusal(
        _l("The database refused it"), _l("The detail says why. The readings wait in the gateway's buffer.")
    ),
    "fault": Refusal(
        _l("The program failed on it"),
        _l("The detail has the fault: send it to whoever looks after the program. The message is kept, others go on."),
    ),
    "bad_digest": _DAMAGED,
    "other_catalog": _DAMAGED,
    "unknown_code": _NEWER,
    "unknown_kind": _NEWER,
    "unknown_version": _NEWER,
    "bad_topic": _FOREIGN,
    "bad_frame": _FOREIGN,
    "too_deep": _FOREIGN,
    "too_large": _FOREIGN,
}
"""Every reason that `flow/ingest` and `common/message` can give."""


def refusal(reason: str) -> Refusal:
    """A reason in words; one of a later version as it is written."""
    return REFUSALS.get(reason) or Refusal(as_written(reason), _("The detail says what is wrong."))
