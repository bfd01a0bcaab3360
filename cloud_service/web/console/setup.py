"""The first hour: what is left to set up before the first bill is paid; each step is an ordinary page."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, render_template, request, url_for
from flask import session as web_session

from cloud_service.store.customers import legal_entities
from cloud_service.store.customers.tables import LegalEntity
from cloud_service.store.database.health import DatabaseDownError
from cloud_service.store.delivery import mail_relay
from cloud_service.store.lookups.setup_progress import setup_progress
from cloud_service.web.access import May, access, allowed, scope
from cloud_service.web.database import session
from cloud_service.web.language.sentences import lazy_gettext as _l

blueprint = Blueprint("setup", __name__)


@dataclass(frozen=True, slots=True)
class StepText:
    """A step as it is described: who may do it, the page for it, and where to look once it is done."""

    key: str
    title: str
    detail: str
    needs: May
    endpoint: str
    look_at: str
    optional: bool = False  # bills can be paid without it


@dataclass(frozen=True, slots=True)
class SetupStep:
    """A step as the page shows it; `href` is empty where the reader may not do it."""

    key: str
    title: str
    detail: str
    done: bool
    href: str
    optional: bool


@dataclass(frozen=True, slots=True)
class Checklist:
    """All steps of a legal entity."""

    entity: LegalEntity
    steps: tuple[SetupStep, ...]
    over: bool  # the first bill is paid

    @property
    def done(self) -> int:
        """How many are done."""
        return sum(step.done for step in self.steps)

    @property
    def next(self) -> SetupStep | None:
        """The first that is not done and that others wait for."""
        return next((step for step in self.steps if not step.done and not step.optional), None)


STEPS = (
    StepText("company", _l("Company"), _l("Address, country, tax id, currency and time zone, as bills print them."),
             May.MANAGE, "companies.edit", "companies.edit"),
    StepText("bank", _l("Bank account"), _l("Where clients pay to; it stands on every bill."),
             May.MANAGE, "company_banks.add", "settings.index"),
    StepText("look", _l("Look of the bill"), _l("Logo, colours and texts, with a made-up bill beside them."),
             May.MANAGE, "bill_look.edit", "bill_look.edit", optional=True),
    StepText("numbers", _l("Numbers of bills"), _l("Prefix and first number: go on where you are."),
             May.MANAGE, "number_series.edit", "number_series.edit", optional=True),
    StepText("ways_to_pay", _l("Ways to pay"), _l("By transfer always; a payment company for cards and mobile money."),
             May.MANAGE, "ways_to_pay.index", "ways_to_pay.index", optional=True),
    StepText("tariff", _l("First tariff"), _l("Prices and taxes as a sheet, with a typical month beside it."),
             May.CONTRACT, "price_sheet.add", "tariffs.index"),
    StepText("mail", _l("Mail"), _l("The relay that takes bills and reminders; without one they wait."),
             May.MANAGE, "mail.index", "mail.index", optional=True),
    StepText("site", _l("First site"),
             _l("A property with its own time zone and holidays; a sheet of flats makes it, too."),
             May.MANAGE, "setting_forms.add_site", "settings.index", optional=True),
    StepText("connection", _l("Clients and connections"), _l("Who lives where, by which tariff: a sheet for all."),
             May.CONTRACT, "sheets.index", "connections.index"),
    StepText("reading", _l("First reading"), _l("By a gateway, from a file or by hand."),
             May.CONTRACT, "reading_files.upload", "meters.index"),
    StepText("bill", _l("First bill"), _l("A billing run rates all connections; nothing is sent before you approve."),
             May.BILL, "runs.new", "bills.index"),
    StepText("payment", _l("First payment"), _l("From a bank statement, a payment page or by hand."),
             May.COLLECT, "bank_statement.read", "payments.index"),
)  # fmt: skip
HAVE_IT = ("setup.index", "dashboard.index", "today.index")
WALKED = "first_hour"  # in the session: the entity whose steps are walked, empty before there is one


@blueprint.get("/setup")
@access(May.READ)
def index() -> str:
    """The checklist of a legal entity, or how to begin where there is none."""
    entities = legal_entities.entities(session(), scope())
    if not entities:
        web_session[WALKED] = ""
        return render_template(
            "console/setup_start.html", add_company=url_for("companies.add") if May.MANAGE in allowed() else ""
        )
    entity = legal_entities.entity(session(), scope(), request.args.get("entity", ""))
    steps = checklist(entity)
    if not steps.over:
        web_session[WALKED] = str(entity.public_id)
    return render_template("console/setup.html", checklist=steps, entities=entities)


@blueprint.app_context_processor
def strip() -> dict[str, Any]:
    """For the layout: the steps that somebody walks, so that each page leads on to the next one."""
    return {"first_hour": first_hour}


def first_hour() -> Checklist | None:
    """The steps of who came here by the list of them; None on pages that have it, and once the first bill is paid."""
    if WALKED not in web_session or May.READ not in allowed() or request.endpoint in HAVE_IT:
        return None
    try:
        entities = {str(entity.public_id): entity for entity in legal_entities.entities(session(), scope())}
    except DatabaseDownError:
        return None  # the error page says that much
    entity = entities.get(web_session[WALKED]) or next(iter(entities.values()), None)
    if entity is None:
        return None
    steps = checklist(entity)
    if steps.over:
        del web_session[WALKED]  # said once more, then never again
    return steps


def checklist(entity: LegalEntity) -> Checklist:
    """The steps of an entity, as they stand in the data."""
    progress = setup_progress(session(), entity.id)
    relay = current_app.extensions["settings"].mail or mail_relay.relay(session())
    is_done = {"mail": relay is not None, "ways_to_pay": bool(current_app.extensions["settings"].payment_provider)}
    steps = tuple(
        SetupStep(
            step.key, step.title, step.detail, done := bool(getattr(progress, step.key, is_done.get(step.key, False))),
            _href(step, entity, done=done), step.optional,
        )
        for step in STEPS
    )  # fmt: skip
    return Checklist(entity, steps, over=progress.payment)


def _href(step: StepText, entity: LegalEntity, *, done: bool) -> str:
    """The page of a step, or what came of it; empty for who may not open it."""
    if step.needs not in allowed():
        return ""
    endpoint = step.look_at if done else step.endpoint
    rule = next(current_app.url_map.iter_rules(endpoint))
    values: dict[str, Any] = {"entity_public_id": entity.public_id} if "entity_public_id" in rule.arguments else {}
    return url_for(endpoint, **values)
