"""Rules of reminders as fields of a form, and typed fields as rules; what is wrong is said at its field."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cloud_service.domain.receivables.dunning import ANY, DunningRules, InterestRule, check, read_rules
from cloud_service.web.console.address_fields import countries
from cloud_service.web.console.companies import holiday_calendars
from cloud_service.web.forms import Field, Form
from cloud_service.web.language.labels import options
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.language.typed_numbers import amount_as_typed, typed_number
from common.errors import InputError

LEVELS = 6
SENDING, INTEREST = _l("Sending"), _l("Interest")
AMOUNTS = re.compile(r"\s*[;\n]\s*|,\s+")
AMOUNT = re.compile(r"(?:([A-Za-z]{3})\s*)?(\d[\d.,\s]*?)(?:\s*([A-Za-z]{3}))?")
FAULTS = {
    "least": "least", "holidays": "holidays", "pause_days": "pause_days", "interest.person": "person",
    "interest.company": "company", "interest.least": "interest_least", "interest.lump_sum_company": "lump_sum",
}  # fmt: skip


def head_fields() -> tuple[Field, ...]:
    """When and how reminders go out."""
    return (
        Field("valid_from", _("Valid from"), "date", _("Cases that have begun keep the rules they began with."),
              required=True, group=SENDING),
        Field("sending", _("Reminders go out"), "choice", _("By itself: on their day, from 8 o'clock."),
              options=options("dunning_by"), group=SENDING),
        Field("pause_days", _("Days between two letters, at least"), "number", required=True, group=SENDING),
        Field("least", _("Nobody is reminded below"), hint=_("An amount; for several currencies: EUR 2.50; KES 200."),
              group=SENDING),
        Field("holidays", _("Holidays of"), "code", _("A country, or a part of it as it is listed: de-by."),
              options=holiday_calendars(), group=SENDING),
        Field("working_days", _("Never by themselves on Saturdays, Sundays and these holidays"), "tick", group=SENDING),
    )  # fmt: skip


def level_fields() -> tuple[Field, ...]:
    """The levels, a row each; a row without days is none."""
    return tuple(
        field
        for number in range(1, LEVELS + 1)
        for field in (
            Field(f"level-{number}-name", _("Called")),
            Field(f"level-{number}-days", _("Days after the due day"), "number"),
            Field(f"level-{number}-fee", _("Fee")),
            Field(f"level-{number}-wording", _("Wording"), "choice", options=options("dunning_wording")),
        )
    )


def interest_fields() -> tuple[Field, ...]:
    """What overdue money costs."""
    return (
        Field("charged", _("Interest"), "choice", options=options("dunning_interest"), group=INTEREST),
        Field("after_days", _("Days after the due day that cost nothing"), "number", group=INTEREST),
        Field("person", _("Persons, percent"), "amount", _("A year; or points above the base rate."), group=INTEREST),
        Field("company", _("Companies, percent"), "amount", _("A year; or points above the base rate."),
              group=INTEREST),
        Field("base_country", _("Base rate of"), "code", _("A country."), options=countries(), group=INTEREST),
        Field("base_source", _("Who publishes it"), hint=_("For example: Central Bank of Kenya."), group=INTEREST),
        Field("year", _("A year has"), "choice", options=options("interest_year"), group=INTEREST),
        Field("booking", _("Interest is charged"), "choice", _("By itself: on the first of each month."),
              options=options("dunning_by"), group=INTEREST),
        Field("interest_least", _("Charged from"), hint=_("Less waits until it is as much."), group=INTEREST),
        Field("lump_sum", _("Companies pay once"), hint=_("For the trouble; in Germany EUR 40."), group=INTEREST),
    )  # fmt: skip


def shown_values(rules: DunningRules, country: str, currency: str) -> dict[str, Any]:
    """What stands in the fields for rules."""
    rule = rules.interest or InterestRule(base_country=country)
    levels = {
        f"level-{number}-{key}": value
        for number, step in enumerate(rules.steps, start=1)
        for key, value in (
            ("name", step.name), ("days", step.days), ("fee", amounts_text(step.fee, currency)),
            ("wording", step.wording),
        )
    }  # fmt: skip
    charged = "none" if rules.interest is None else "fixed" if rule.fixed else "base"
    return levels | {
        "sending": rules.sending, "pause_days": rules.pause_days, "least": amounts_text(rules.least, currency),
        "holidays": rules.holidays, "working_days": rules.working_days, "charged": charged,
        "person": rule.person, "company": rule.company, "base_country": rule.base_country or country,
        "base_source": rule.base_source, "after_days": rule.after_days, "year": rule.year, "booking": rule.booking,
        "interest_least": amounts_text(rule.least, currency),
        "lump_sum": amounts_text(rule.lump_sum_company, currency),
    }  # fmt: skip


def typed_rules(form: Form, currency: str) -> DunningRules:
    """The rules as typed; InputError at the field that cannot be."""
    rows = [number for number in range(1, LEVELS + 1) if form[f"level-{number}-days"] is not None]
    for number in range(1, LEVELS + 1):
        if form[f"level-{number}-name"] and number not in rows:
            raise InputError(_("after how many days?"), path=f"level-{number}-days")
    if not rows:
        raise InputError(_("rules have one level at least"), path="level-1-days")
    document = {
        "steps": [_step(form, number, currency) for number in rows],
        "pause_days": form["pause_days"], "sending": form["sending"], "working_days": form["working_days"],
        "holidays": form["holidays"], "least": typed_amounts(form["least"], currency, "least"),
        "interest": _interest(form, currency),
    }  # fmt: skip
    try:
        rules = read_rules(document)
        check(rules)
    except InputError as error:
        raise InputError(error.message, path=_field_of(error.path, rows), hint=error.hint) from error
    return rules


def _step(form: Form, number: int, currency: str) -> Mapping[str, Any]:
    key = f"level-{number}"
    return {
        "name": form[f"{key}-name"], "days": form[f"{key}-days"], "wording": form[f"{key}-wording"] or "reminder",
        "fee": typed_amounts(form[f"{key}-fee"], currency, f"{key}-fee"),
    }  # fmt: skip


def _interest(form: Form, currency: str) -> Mapping[str, Any] | None:
    if form["charged"] == "none":
        return None
    return {
        "person": form["person"], "company": form["company"], "fixed": form["charged"] == "fixed",
        "base_country": form["base_country"], "base_source": form["base_source"],
        "after_days": form["after_days"] or 0, "year": form["year"], "booking": form["booking"],
        "least": typed_amounts(form["interest_least"], currency, "interest_least"),
        "lump_sum_company": typed_amounts(form["lump_sum"], currency, "lump_sum"),
    }  # fmt: skip


def _field_of(path: str, rows: list[int]) -> str:
    """The field that a place in the document was typed in."""
    step = re.fullmatch(r"steps\[(\d+)\]\.(\w+)", path)
    return f"level-{rows[int(step[1])]}-{step[2]}" if step else FAULTS.get(path, "")


def amounts_text(amounts: Mapping[str, Decimal], currency: str) -> str:
    """Amounts as one types them; the one for every currency is said in the company's."""
    by_currency = {currency if key == ANY else key: amount for key, amount in amounts.items()}
    return "; ".join(f"{key} {amount_as_typed(amount, key)}" for key, amount in by_currency.items())


def typed_amounts(text: str, currency: str, path: str) -> dict[str, Decimal]:
    """`2.50` in the company's currency, or `EUR 2.50; KES 200`. InputError at `path`."""
    amounts: dict[str, Decimal] = {}
    for amount_text in AMOUNTS.split(text.strip()) if text.strip() else ():
        typed = AMOUNT.fullmatch(amount_text)
        if typed is None or (typed[1] and typed[3]):
            raise InputError(
                _("'%(text)s' is not an amount", text=amount_text),
                path=path,
                hint=_("for example 2.50, or EUR 2.50; KES 200"),
            )
        key = (typed[1] or typed[3] or currency).upper()
        if key in amounts:
            raise InputError(_("%(currency)s is named twice", currency=key), path=path)
        amounts[key] = typed_number(typed[2], path)
    return amounts
