"""Currency rates of a company: the newest ones, files of the European Central Bank or one's own, fetching by itself."""

import io
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from cloud_service.domain.receivables.currency_rates_file import read_rates
from cloud_service.domain.receivables.ecb_rates import looks_like_ecb
from cloud_service.download import download
from cloud_service.flow.invoicing.currency_rates import RatesOfBank, file_to_fetch, set_fetching, take_file
from cloud_service.store.audit import log
from cloud_service.store.customers import legal_entities
from cloud_service.store.customers.tables import LegalEntity
from cloud_service.store.database import job_days
from cloud_service.store.invoicing import currency_rates
from cloud_service.store.invoicing import rate_fetching as stored
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import now, today
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer, parse_day, say_changed
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import ngettext
from common.errors import ConflictError, EnergyError, InputError

blueprint = Blueprint("currency_rates", __name__)
FILE_MAX = 5_000_000
PAGE = 60
LATE_DAYS = 10  # a bill is refused that would be valued with an older rate


def _entity(public_id: UUID) -> LegalEntity:
    return legal_entities.entity(session(), scope(), str(public_id))


@blueprint.get("/settings/entities/<uuid:entity_public_id>/rates")
@access(May.MANAGE)
def index(entity_public_id: UUID) -> str:
    """The newest rate of each currency, and what is known of one of them day by day."""
    entity = _entity(entity_public_id)
    currency, before = request.args.get("currency", ""), request.args.get("before", "")
    days = (
        stored.days_of(session(), entity.currency, currency, before=parse_day(before) if before else None, rows=PAGE)
        if currency
        else []
    )
    ran = [
        each for each in job_days.latest(session(), [entity.id], today() - timedelta(days=30)) if each.job == "rates"
    ]
    newest = stored.newest_rates(session(), entity.currency)
    needed = stored.needed_currencies(session(), entity.id, entity.currency)
    return render_template(
        "console/currency_rates.html", entity=entity, newest=newest, currency=currency, days=days,
        more=days[-1].day if len(days) == PAGE else None, needed=needed,
        missing=[code for code in needed if code not in {rate.currency for rate in newest}],
        late_before=today() - timedelta(days=LATE_DAYS), fetching=stored.fetching_of(session(), entity.id),
        ran=ran[0] if ran else None,
    )  # fmt: skip


@blueprint.route("/settings/entities/<uuid:entity_public_id>/rates/import", methods=["GET", "POST"])
@access(May.MANAGE)
def upload(entity_public_id: UUID) -> Any:
    """A file of the bank, or one with day, currency and rate; days that have a rate keep it."""
    entity = _entity(entity_public_id)
    needed = stored.needed_currencies(session(), entity.id, entity.currency)
    form = Form(
        (
            Field("file", _("Upload a file"), "file",
                  _("Of the European Central Bank (eurofxref …), or a CSV with the columns day,currency,rate.")),
            Field("document", _("or paste it here"), "document",
                  _("day,currency,rate: what one unit of the currency is in %(currency)s.", currency=entity.currency)),
            Field("currencies", _("Only these currencies"),
                  hint=_("Of the bank's file. Without any, those of your accounts, sites and tariffs: %(codes)s.",
                         codes=", ".join(needed) or _("none yet"))),
            Field("since", _("Only from this day on"), "date"),
        ),
        {"document": "day,currency,rate\n"},
    )  # fmt: skip
    back = url_for("currency_rates.index", entity_public_id=entity.public_id)
    page = FormPage(
        _("Import currency rates"), (_("Currency rates of %(name)s", name=entity.name), back), _("Import the rates")
    )

    def do() -> Response:
        content, name, place = _sent(form["file"], form["document"])
        try:
            said = (
                _of_bank(_take(entity, content, name, form))
                if looks_like_ecb(content)
                else _own_rates(entity, content, name)
            )
        except (InputError, ConflictError) as error:
            at = error.path if error.path in ("currencies", "since") else place
            where = f"{error.path}: " if at == place and error.path else ""
            raise InputError(f"{where}{error.message}", path=at, hint=error.hint) from error
        flash(said, "success")
        return redirect(back)

    return answer(form, page, do)


def _sent(file: FileStorage | None, document: str) -> tuple[bytes, str, str]:
    """(what was sent, what it is called, the field it came from)."""
    if file is None:
        return document.encode(), "line", "document"
    content = file.stream.read(FILE_MAX + 1)
    if len(content) > FILE_MAX:
        raise InputError(_("this file is larger than any file of rates"), path="file")
    return content, file.filename or "file", "file"


def _take(entity: LegalEntity, content: bytes, name: str, form: Form) -> RatesOfBank:
    currencies = form["currencies"].replace(",", " ").upper().split()
    return take_file(
        session(), entity.id, entity.currency, content, name=name, author=actor(), currencies=currencies,
        since=form["since"],
    )  # fmt: skip


def _own_rates(entity: LegalEntity, content: bytes, name: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(_("this file is no text in UTF-8"), path=name) from None
    rates = read_rates(io.StringIO(text), "line")
    new = currency_rates.add(session(), entity.currency, rates)
    log.note(
        session(), actor(), "rates.import", f"currency_rate:{entity.currency}", file=name, rates=len(rates), new=new
    )
    return ngettext("%(new)s of %(num)s rate was new.", "%(new)s of %(num)s rates were new.", len(rates), new=new)


def _of_bank(taken: RatesOfBank) -> str:
    said = ngettext(
        "%(num)s rate is new: %(codes)s, %(first)s to %(last)s.",
        "%(num)s rates are new: %(codes)s, %(first)s to %(last)s.",
        taken.new, codes=", ".join(taken.currencies), first=taken.first_day, last=taken.last_day,
    )  # fmt: skip
    if taken.not_published:
        said += " " + _("The bank publishes none of %(codes)s.", codes=", ".join(taken.not_published))
    if taken.others:
        said += " " + ngettext(
            "%(num)s day has another rate already, which stays.",
            "%(num)s days have another rate already, which stays.", taken.others,
        )  # fmt: skip
    return said


@blueprint.post("/settings/entities/<uuid:entity_public_id>/rates/fetch")
@access(May.MANAGE)
def fetch(entity_public_id: UUID) -> Response:
    """Ask the bank now for what is missing."""
    entity = _entity(entity_public_id)
    address = stored.fetching_of(session(), entity.id).address
    back = redirect(url_for("currency_rates.index", entity_public_id=entity.public_id))
    file = file_to_fetch(session(), entity.id, entity.currency, address, now())
    session().rollback()
    if file is None:
        flash(_("Nothing is missing."), "success")
        return back
    try:
        content = current_app.config.get("DOWNLOAD", download)(file.address)
        taken = take_file(
            session(), entity.id, entity.currency, content, name=file.address, author=actor(),
            currencies=file.currencies, since=file.since,
        )  # fmt: skip
        session().commit()
    except EnergyError as error:
        session().rollback()
        flash(_("No rates came: %(reason)s", reason=error.message), "danger")
        return back
    flash(_of_bank(taken), "success")
    return back


@blueprint.route("/settings/entities/<uuid:entity_public_id>/rates/automatic", methods=["GET", "POST"])
@access(May.MANAGE)
def automatic(entity_public_id: UUID) -> Any:
    """Whether the worker asks the bank on each of its days."""
    entity = _entity(entity_public_id)
    fetching = stored.fetching_of(session(), entity.id)
    form = Form(
        (
            Field("automatic", _("Ask the European Central Bank on each of its days"), "tick"),
            Field("address", _("Folder of its files"), hint=_("Another one only for a mirror of your choice."),
                  required=True),
        ),
        {"automatic": fetching.automatic, "address": fetching.address},
    )  # fmt: skip
    back = url_for("currency_rates.index", entity_public_id=entity.public_id)
    page = FormPage(
        _("Fetching currency rates"), (_("Currency rates of %(name)s", name=entity.name), back), _("Keep it"),
        _("This machine needs to reach the internet; without, import its files."),
    )  # fmt: skip

    def do() -> Response:
        typed = stored.RateFetching(form["automatic"], form["address"])
        say_changed(set_fetching(session(), entity.id, typed, author=actor()))
        return redirect(back)

    return answer(form, page, do)
