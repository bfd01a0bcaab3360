"""A round of manual readings: a site's meters in walking order, for a phone that may be without network.

Without script each meter is a form of its own. With script entries are kept on the phone and sent when there is
network; each has a key, so that none is stored twice.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from babel.numbers import get_decimal_symbol
from flask import Blueprint, Response, current_app, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from cloud_service.domain.metering.expected_index import ExpectedIndex, KnownIndex, expected_index
from cloud_service.flow.metering import enter_reading, reading_round
from cloud_service.flow.metering.enter_reading import ManualReading
from cloud_service.store.customers import legal_entities
from cloud_service.store.customers.tables import Site
from cloud_service.store.database.errors import REFUSALS
from cloud_service.store.lookups import metering
from cloud_service.store.metering import known_indexes, reading_rounds
from cloud_service.store.metering.reading_rounds import RoundStop
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import now
from cloud_service.web.database import session
from cloud_service.web.forms import Form
from cloud_service.web.language.formatting import locale
from cloud_service.web.language.labels import label
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.typed_numbers import typed_number
from common.errors import InputError, NotFoundError
from common.period import local_day
from common.reading import thousandths

blueprint = Blueprint("reading_rounds", __name__)
TEMPLATE = "console/reading_round.html"
NOTE = re.compile(r"[0-9]{1,18}")
DONE_FOR = timedelta(days=3)  # what was read so lately is done on this round


@dataclass(frozen=True, slots=True)
class StopOnScreen:
    """A register of the round with what was read last and what is expected now; `key` is of its next entry."""

    stop: RoundStop
    last: KnownIndex | None
    expected: ExpectedIndex | None
    done: bool
    key: UUID


@dataclass(frozen=True, slots=True)
class EntryAnswer:
    """What became of an entry: kept, doubtful or refused, and what is said of it."""

    state: str
    said: tuple[str, ...] = ()


@blueprint.get("/rounds")
@access(May.CONTRACT)
def index() -> str:
    """The sites to walk through."""
    entities = legal_entities.entities(session(), scope())
    sites = [site for entity in entities for site in legal_entities.sites(session(), entity.id)]
    return render_template("console/reading_rounds.html", sites=sites)


@blueprint.get("/rounds/worker.js")
@access(May.READ)
def worker() -> Response:
    """The script that keeps a round readable without network; it may act below its own address only."""
    script = current_app.extensions["assets"]["round-worker.js"].body
    return Response(script, mimetype="text/javascript", headers={"Cache-Control": "no-cache"})


@blueprint.get("/rounds/<uuid:site_public_id>")
@access(May.CONTRACT)
def show(site_public_id: UUID) -> str:
    """The meters of a site that people read."""
    return _page(legal_entities.site(session(), scope(), site_public_id))


@blueprint.post("/rounds/<uuid:site_public_id>/entries")
@access(May.CONTRACT)
def add(site_public_id: UUID) -> Any:
    """One entry, from the form of a meter or from the phone's waiting ones."""
    site = legal_entities.site(session(), scope(), site_public_id)
    try:
        answered = _entry(site)
        session().commit()
    except REFUSALS as error:
        session().rollback()
        answered = EntryAnswer("refused", (Form.sentence(error),))
    if request.accept_mimetypes.best == "application/json":
        return jsonify({"state": answered.state, "said": answered.said})
    if answered.state == "kept":
        flash(_("Kept."), "success")
        return redirect(url_for("reading_rounds.show", site_public_id=site_public_id))
    return _page(site, answered), 422


@blueprint.post("/rounds/<uuid:site_public_id>/order")
@access(May.CONTRACT)
def order(site_public_id: UUID) -> AnyResponse:
    """The order in which the places are walked past: the numbers typed beside them."""
    site = legal_entities.site(session(), scope(), site_public_id)
    typed = [
        (int(number), int(key.removeprefix("place."))) for key, number in request.form.items() if _is_place(key, number)
    ]
    reading_rounds.remember_order(session(), site.id, [point for _number, point in sorted(typed)])
    session().commit()
    flash(_("The walking order is remembered."), "success")
    return redirect(url_for("reading_rounds.show", site_public_id=site_public_id))


@blueprint.get("/meters/<uuid:public_id>/photos/<note>")
@access(May.READ)
def photo(public_id: UUID, note: str) -> Response:
    """The picture that was taken with a reading."""
    meter = metering.meter(session(), scope(), public_id)
    registers = [register.id for register in meter.registers]
    picture = reading_rounds.photo_of(session(), int(note), registers) if NOTE.fullmatch(note) else None
    if picture is None:
        raise NotFoundError(_("there is no such photo"))
    return Response(picture.content, mimetype=picture.media_type)


def _is_place(key: str, number: str) -> bool:
    return key.startswith("place.") and key[6:].isdecimal() and number.isdecimal() and len(number) < 5  # noqa: PLR2004


def _page(site: Site, answered: EntryAnswer | None = None) -> str:
    return render_template(
        TEMPLATE, site=site, stops=[_on_screen(stop) for stop in _stops(site)], answered=answered,
        causes=list(reading_round.UnreadCause), decimal=get_decimal_symbol(locale()),
    )  # fmt: skip


def _stops(site: Site) -> list[RoundStop]:
    return reading_rounds.stops(session(), site.id, now(), local_day(now(), site.timezone))


def _on_screen(stop: RoundStop) -> StopOnScreen:
    indexes = known_indexes.around(session(), stop.register_id, now() + reading_round.AHEAD)
    last_seen = max((at for at in (indexes.last and indexes.last.at, stop.visited_at) if at), default=None)
    done = last_seen is not None and last_seen > now() - DONE_FOR
    return StopOnScreen(stop, indexes.last, expected_index(indexes, now()), done, uuid4())


def _entry(site: Site) -> EntryAnswer:
    """Store what was sent, once."""
    stop = next((stop for stop in _stops(site) if str(stop.register_id) == request.form.get("register")), None)
    if stop is None:
        raise NotFoundError(_("this meter is not on the round"))
    key, at = _key(request.form.get("key", "")), _at(request.form.get("at", ""))
    if reading_round.is_sent_already(session(), key):
        return EntryAnswer("kept")
    if request.form.get("cause"):
        reading_round.visit(session(), stop.register_id, request.form["cause"], author=actor(), key=key, at=at)
        return EntryAnswer("kept")
    return _reading(stop, key, at)


def _reading(stop: RoundStop, key: UUID, at: datetime) -> EntryAnswer:
    value = typed_number(request.form.get("value", ""), "value")
    doubts = reading_round.doubts_of(session(), stop.register_id, at, thousandths(value, "value"))
    if doubts and request.form.get("confirmed") != "yes":
        return EntryAnswer("doubtful", tuple(str(label(doubt, "reading_doubt")) for doubt in doubts))
    reason = request.form.get("remark", "").strip()[:200] or _("Reading round")
    entry = ManualReading(stop.meter, stop.register, at, value, actor(), reason, key=key)
    note = enter_reading.store(session(), entry, now())
    sent = request.files.get("photo")
    if sent is not None and sent.filename:
        picture = reading_round.photo_of(sent.stream.read(reading_round.PHOTO_MAX + 1))
        reading_rounds.add_photo(session(), note, picture)
    return EntryAnswer("kept")


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InputError(_("the entry has no key: load the page again")) from None


def _at(text: str) -> datetime:
    """When it was read by the phone's clock; now where the form does not say."""
    if not text:
        return now().replace(microsecond=0)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(_("'%(text)s' is not a time", text=text), path="at") from None
    if at.tzinfo is None:
        raise InputError(_("'%(text)s' is not a time", text=text), path="at")
    reading_round.check_time(at, now())
    return at.replace(microsecond=0)
