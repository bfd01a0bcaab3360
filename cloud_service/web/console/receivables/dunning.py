"""Money that does not come: which letters are due today, sending them, interest, and payment plans."""

from functools import partial

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from cloud_service.flow import remind
from cloud_service.flow.dunning.interest import charge_interest
from cloud_service.store.customers import legal_entities
from cloud_service.store.database.session import transaction, trial
from cloud_service.store.lookups.receivables import plans
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import today
from cloud_service.web.database import engine, session
from cloud_service.web.language.sentences import ngettext

blueprint = Blueprint("dunning", __name__)


def _entities() -> list[int]:
    return [entity.id for entity in legal_entities.entities(session(), scope())]


@blueprint.get("/dunning")
@access(May.COLLECT)
def index() -> str:
    """The letters that would go out today; nothing is sent or kept by looking."""
    due = [
        reminder
        for entity in _entities()
        for reminder in remind.remind(partial(trial, engine()), today(), author=actor(), entity_id=entity)
    ]
    return render_template("console/dunning.html", due=due, plans=plans(session(), scope()), today=today())


@blueprint.post("/dunning/remind")
@access(May.COLLECT)
def send() -> Response:
    """Take the steps that are due: one letter an account."""
    reminders = [
        reminder
        for entity in _entities()
        for reminder in remind.remind(partial(transaction, engine()), today(), author=actor(), entity_id=entity)
    ]
    flash(ngettext("%(num)s letter on the way.", "%(num)s letters on the way.", len(reminders)), "success")
    return redirect(url_for("dunning.index"))


@blueprint.post("/dunning/interest")
@access(May.BILL)
def interest() -> Response:
    """Charge the statutory interest up to today."""
    issued = [
        invoice
        for entity in _entities()
        for invoice in charge_interest(partial(transaction, engine()), today(), author=actor(), entity_id=entity)
    ]
    flash(ngettext("%(num)s bill of interest issued.", "%(num)s bills of interest issued.", len(issued)), "success")
    return redirect(url_for("dunning.index"))
