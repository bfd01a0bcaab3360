"""A mount was entered wrongly: when the meter came or went, or its multiplier; the bills that rest on it are named."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from cloud_service.flow.metering.mount_corrections import MountCorrection, correct_mount
from cloud_service.store.lookups.service_points import point as point_of
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.console.customers.connection_fields import short
from cloud_service.web.console.metering.reading_forms import site_moment
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer, say_next
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import ngettext
from common.errors import NotFoundError
from common.period import zone

blueprint = Blueprint("mount_corrections", __name__)


@blueprint.route("/points/<uuid:public_id>/mounts/<int:mount_id>", methods=["GET", "POST"])
@access(May.CONTRACT)
def correct(public_id: UUID, mount_id: int) -> Any:
    """Another multiplier, or another moment at which the meter came or went."""
    place = point_of(session(), scope(), public_id)
    row = next((row for row in place.mounts if row.MeterMount.id == mount_id), None)
    if row is None:
        raise NotFoundError(_("there is no such mount"))
    timezone, during = place.site.timezone, row.MeterMount.during
    ended = during.upper is not None
    form = Form(
        _fields(timezone, ended=ended),
        {
            "multiplier": short(row.MeterMount.multiplier), "since": _clock(during.lower, timezone),
            "until": _clock(during.upper, timezone) if ended else "",
        },
    )  # fmt: skip
    page = FormPage(
        _("Correct the mount of %(meter)s", meter=row.Meter.name),
        (f"{place.site.name}: {place.point.name}", url_for("points.show", public_id=public_id)),
        _("Correct it"),
        _("A meter that came or went at that moment moves along; bills that rest on it are listed."),
    )

    def do() -> Response:
        correction = MountCorrection(
            mount_id,
            form["multiplier"],
            site_moment(form["since"], timezone) if _changed(form, "since") else None,
            site_moment(form["until"], timezone) if ended and _changed(form, "until") else None,
        )
        bills = correct_mount(session(), correction, author=actor(), reason=form["reason"])
        if bills:
            said = ngettext(
                "Corrected. %(num)s bill rests on it.", "Corrected. %(num)s bills rest on it.", len(bills)
            )  # fmt: skip
            say_next(said, url_for("late.index"), _("Correct the bills"))
        else:
            flash(_("The mount is corrected; no bill rests on it."), "success")
        return redirect(page.back[1])

    return answer(form, page, do)


def _fields(timezone: str, *, ended: bool) -> tuple[Field, ...]:
    down = (Field("until", _("Taken down, in %(timezone)s", timezone=timezone), "moment", required=True),)
    return (
        Field("multiplier", _("Multiplier"), "amount", _("CT × VT of the mount."), required=True),
        Field("since", _("Hung up, in %(timezone)s", timezone=timezone), "moment", required=True),
        *(down if ended else ()),
        Field("reason", _("Why"), required=True),
    )


def _changed(form: Form, key: str) -> bool:
    """Seconds that a form cannot show stay as they are."""
    return form.shown(key)[:16] != str(form.initial[key])


def _clock(at: Any, timezone: str) -> str:
    return f"{at.astimezone(zone(timezone)):%Y-%m-%dT%H:%M}" if at else ""
