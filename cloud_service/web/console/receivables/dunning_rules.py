"""A company's rules of reminders: levels, fees, wording, interest, who sends; with what its country does otherwise."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from cloud_service.domain.receivables import dunning_days
from cloud_service.domain.receivables.dunning import DunningRules, DunningStep, dunning_rules, has_own_rules
from cloud_service.flow.dunning.interest import enter_base_rate
from cloud_service.flow.dunning.rules import set_rules
from cloud_service.store.customers import legal_entities
from cloud_service.store.customers.tables import LegalEntity
from cloud_service.store.receivables import dunning_rule_sets, interest_base_rates
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import today
from cloud_service.web.console.receivables.dunning_rule_fields import (
    LEVELS,
    head_fields,
    interest_fields,
    level_fields,
    shown_values,
    typed_rules,
)
from cloud_service.web.console.shared_fields import REASON
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer
from cloud_service.web.language.sentences import gettext as _

blueprint = Blueprint("dunning_rules", __name__)


@dataclass(frozen=True, slots=True)
class ExampleLetter:
    """When a letter of a level goes out for a bill that is due today, if nothing is paid."""

    day: date
    step: DunningStep


@blueprint.route("/settings/entities/<uuid:entity_public_id>/reminders", methods=["GET", "POST"])
@access(May.MANAGE)
def edit(entity_public_id: UUID) -> Any:
    """The rules in force, as fields to change from a day on; those of the country where none were set."""
    entity = legal_entities.entity(session(), scope(), str(entity_public_id))
    sets = dunning_rule_sets.rule_sets(session(), entity.id)
    in_force = dunning_rule_sets.history(session(), entity.id).on(today(), entity.country)
    groups = (head_fields(), level_fields(), interest_fields())
    form = Form(
        (*groups[0], *groups[1], *groups[2], REASON),
        shown_values(in_force.rules, entity.country, entity.currency) | {"valid_from": today()},
    )
    page = FormPage(
        _("Reminders of %(name)s", name=entity.name), (_("Settings"), url_for("settings.index")), _("Keep the rules")
    )

    def do() -> Response:
        set_rules(
            session(), entity.id, typed_rules(form, entity.currency), form["valid_from"], today=today(),
            author=actor(), reason=form["reason"],
        )  # fmt: skip
        flash(_("The rules count from %(day)s on.", day=form["valid_from"]), "success")
        return redirect(url_for("dunning_rules.edit", entity_public_id=entity.public_id))

    return answer(
        form, page, do, template="console/dunning_rules.html", entity=entity, in_force=in_force, head=groups[0],
        interest=groups[2], levels=LEVELS, reason=REASON, sets=list(reversed(sets)),
        source=_source(entity, in_force.rules, own=in_force.id is not None),
        letters=_example(in_force.rules), base=_base_rates(entity, in_force.rules), today=today(),
    )  # fmt: skip


def _source(entity: LegalEntity, rules: DunningRules, *, own: bool) -> str:
    """Where the rules in force come from."""
    if own:
        return _("your own")
    if has_own_rules(entity.country):
        return _("of the country: %(source)s", source=rules.source)
    return _("the product's own for countries whose rules it does not know")


def _example(rules: DunningRules) -> list[ExampleLetter]:
    """The letters of a bill that is due today, as they go out if nothing is paid; later ones keep the pause."""
    letters: list[ExampleLetter] = []
    for step in rules.steps:
        day = today() + timedelta(days=step.days)
        if letters:
            day = max(day, letters[-1].day + timedelta(days=max(rules.pause_days, 1)))
        if rules.sending == "itself":
            day = dunning_days.next_sending(rules, day - timedelta(days=1)) or day
        letters.append(ExampleLetter(day, step))
    return letters


def _base_rates(entity: LegalEntity, rules: DunningRules) -> Any:
    """The base rates that count, the newest first; None where the rules go by none."""
    if rules.interest is None or rules.interest.fixed:
        return None
    country = rules.interest.base_country or entity.country
    published = dunning_rules(country).interest
    rates = {rate.start: rate for rate in (published.base if published else ())}
    rates |= {rate.start: rate for rate in interest_base_rates.entered(session(), country)}
    return {"country": country, "rates": sorted(rates.values(), key=lambda rate: rate.start, reverse=True)[:8]}


@blueprint.route("/settings/entities/<uuid:entity_public_id>/base-rate", methods=["GET", "POST"])
@access(May.MANAGE)
def add_base_rate(entity_public_id: UUID) -> Any:
    """A base rate that was published; without the newest one no interest is charged."""
    entity = legal_entities.entity(session(), scope(), str(entity_public_id))
    rules = dunning_rule_sets.history(session(), entity.id).on(today(), entity.country).rules
    country = (rules.interest.base_country if rules.interest else "") or entity.country
    back = url_for("dunning_rules.edit", entity_public_id=entity.public_id)
    form = Form((
        Field("start", _("Valid from"), "date", required=True),
        Field("percent", _("Percent a year"), "amount", _("As published; it may be below 0."), required=True),
    ), {})  # fmt: skip
    page = FormPage(
        _("Base rate of %(country)s", country=country), (_("Reminders of %(name)s", name=entity.name), back),
        _("Keep the rate"), rules.interest.base_source if rules.interest else "",
    )  # fmt: skip

    def do() -> Response:
        enter_base_rate(session(), country, form["start"], form["percent"], author=actor())
        flash(_("The base rate is kept."), "success")
        return redirect(back)

    return answer(form, page, do)
