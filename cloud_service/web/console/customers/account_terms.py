"""The terms of an account as a form shows them: cycle, days to pay, delivery, and what prepaid goes by."""

from decimal import Decimal
from typing import Any

from cloud_service.flow.customers.client import AccountTerms
from cloud_service.web.forms import Field, Form
from cloud_service.web.language.labels import options
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l

PREPAID = _l("Prepaid")
PREPAID_FIELDS = (
    Field("low_days", _l("Warn with days left"), "amount", _l("5 unless said otherwise."), group=PREPAID),
    Field("critical_days", _l("Warn again with days left"), "amount", _l("2 unless said otherwise."), group=PREPAID),
    Field("low_balance", _l("Warn below a balance of"), "amount", group=PREPAID),
    Field("emergency_credit", _l("Emergency credit"), "amount", _l("Supply stays on down to it."), group=PREPAID),
    Field("reconnect_above", _l("Reconnect above a balance of"), "amount", group=PREPAID),
    Field("debt_share", _l("Share of a top-up for old debt"), "amount", _l("0.25 is a quarter."), group=PREPAID),
)


UNSAID_YEAR = AccountTerms().billing_year


def term_fields() -> tuple[Field, ...]:
    """How an account is billed and reached."""
    group = _("Billing")
    return (
        Field("billing_cycle", _("Billing cycle"), "choice", options=options("billing_cycle"), group=group),
        Field(
            "billing_day", _("Cycle begins on day"), "number", _("Of the month; 31 is its last day."), True, group=group
        ),
        Field(
            "billing_month",
            _("Cycles begin in month"),
            "number",
            _("1 to 12; where a cycle has several months. Quarters from November: 11."),
            group=group,
        ),
        Field(
            "billing_year",
            _("Of the year"),
            "number",
            _("For a cycle that does not divide a year (five months, two years): when one began."),
            group=group,
        ),
        Field("payment_terms_days", _("Due after days"), "number", required=True, group=group),
        Field("delivery", _("Bills go by"), "choice", options=options("delivery"), group=group),
    )


def terms_as_fields(terms: AccountTerms) -> dict[str, Any]:
    """What stands in the fields, by their keys; prepaid terms without a value of their own stay empty."""
    prepaid_terms = {"debt_share": terms.settings.get("debt_share"), **terms.settings.get("prepaid", {})}
    numbers = {field.key: prepaid_terms.get(field.key) for field in PREPAID_FIELDS}
    return {
        "billing_cycle": terms.billing_cycle,
        "billing_day": terms.billing_day,
        "billing_month": terms.billing_month,
        "billing_year": terms.billing_year if terms.billing_year != UNSAID_YEAR else None,
        "delivery": terms.delivery,
        "payment_terms_days": terms.payment_terms_days,
        **{key: Decimal(str(number)) for key, number in numbers.items() if number is not None},
    }


def terms_of(form: Form, settings: dict[str, Any]) -> AccountTerms:
    """The terms as typed; what the form does not show of the account's JSON `settings` stays. InputError if refused."""
    return AccountTerms(
        form["payment_terms_days"],
        form["billing_cycle"],
        form["billing_day"],
        form["delivery"],
        _typed_settings(form, settings) if "low_days" in form.values else dict(settings),
        form.values.get("billing_month") or 1,
        form.values.get("billing_year") or UNSAID_YEAR,
    )


def _typed_settings(form: Form, settings: dict[str, Any]) -> dict[str, Any]:
    """The JSON settings with the typed prepaid terms, amounts as decimal text; an emptied field is taken out."""
    typed = {field.key: f"{form[field.key]:f}" for field in PREPAID_FIELDS if form[field.key] is not None}
    debt_share = typed.pop("debt_share", None)
    shown_keys = {field.key for field in PREPAID_FIELDS}
    prepaid = {name: text for name, text in settings.get("prepaid", {}).items() if name not in shown_keys} | typed
    others = {name: value for name, value in settings.items() if name not in ("prepaid", "debt_share")}
    return others | ({"prepaid": prepaid} if prepaid else {}) | ({"debt_share": debt_share} if debt_share else {})
