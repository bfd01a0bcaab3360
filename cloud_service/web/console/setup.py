"""The first hour: what is left to set up before the first bill is paid; each step is an ordinary page."""

from dataclasses import dataclass

from flask import Blueprint, current_app, render_template, request, url_for

from cloud_service.store.customers import legal_entities
from cloud_service.store.customers.tables import LegalEntity
from cloud_service.store.delivery import mail_relay
from cloud_service.store.lookups.setup_progress import setup_progress
from cloud_service.web.access import May, access, allowed, scope
from cloud_service.web.database import session
from cloud_service.web.language.sentences import lazy_gettext as _l

blueprint = Blueprint("setup", __name__)


@dataclass(frozen=True, slots=True)
class StepText:
    """A step as it is described: who may do it, and the page for it."""

    key: str
    title: str
    detail: str
    needs: May
    endpoint: str


@dataclass(frozen=True, slots=True)
class SetupStep:
    """A step as the page shows it; `href` is empty where the reader may not do it."""

    key: str
    title: str
    detail: str
    done: bool
    href: str


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
        """The first that is not done."""
        return next((step for step in self.steps if not step.done), None)


STEPS = (
    StepText("company", _l("Company"), _l("Address, country, tax id, currency and time zone, as bills print them."),
             May.MANAGE, "companies.edit"),
    StepText("bank", _l("Bank account"), _l("Where clients pay to; it stands on every bill."),
             May.MANAGE, "company_banks.add"),
    StepText("look", _l("Look of the bill"), _l("Logo, colours and texts, with a made-up bill beside them."),
             May.MANAGE, "bill_look.edit"),
    StepText("tariff", _l("First tariff"), _l("Prices and taxes as a sheet, with a typical month beside it."),
             May.CONTRACT, "price_sheet.add"),
    StepText("mail", _l("Mail"), _l("The relay that takes bills and reminders; without one they wait."),
             May.MANAGE, "mail.index"),
    StepText("site", _l("First site"), _l("A property with its own time zone and holidays."),
             May.MANAGE, "setting_forms.add_site"),
    StepText("connection", _l("Clients and connections"), _l("Who lives where, by which tariff."),
             May.CONTRACT, "sheets.index"),
    StepText("reading", _l("First reading"), _l("By a gateway, from a file or by hand."),
             May.CONTRACT, "reading_files.upload"),
    StepText("bill", _l("First bill"), _l("A billing run rates all connections; nothing is sent before you approve."),
             May.BILL, "runs.new"),
    StepText("payment", _l("First payment"), _l("From a bank statement, a payment page or by hand."),
             May.COLLECT, "bank_statement.read"),
)  # fmt: skip


@blueprint.get("/setup")
@access(May.READ)
def index() -> str:
    """The checklist of a legal entity, or how to begin where there is none."""
    entities = legal_entities.entities(session(), scope())
    if not entities:
        return render_template(
            "console/setup_start.html",
            add_company=url_for("companies.add", setup="1") if May.MANAGE in allowed() else "",
        )
    entity = legal_entities.entity(session(), scope(), request.args.get("entity", ""))
    return render_template("console/setup.html", checklist=checklist(entity), entities=entities)


def checklist(entity: LegalEntity) -> Checklist:
    """The steps of an entity, as they stand in the data."""
    progress = setup_progress(session(), entity.id)
    relay = current_app.extensions["settings"].mail or mail_relay.relay(session())
    is_done = {"mail": relay is not None}
    steps = tuple(
        SetupStep(
            step.key, step.title, step.detail, bool(getattr(progress, step.key, is_done.get(step.key, False))),
            _href(step, entity),
        )
        for step in STEPS
    )  # fmt: skip
    return Checklist(entity, steps, over=progress.payment)


def _href(step: StepText, entity: LegalEntity) -> str:
    """The page of a step, with a link back here; empty for who may not open it."""
    if step.needs not in allowed():
        return ""
    (rule, *_others) = current_app.url_map.iter_rules(step.endpoint)
    if "entity_public_id" in rule.arguments:
        return url_for(step.endpoint, entity_public_id=entity.public_id, setup="1")
    return url_for(step.endpoint, setup="1")
