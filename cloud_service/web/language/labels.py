"""What the codes of the database are called on a screen: one table a kind, each label in the reader's language.

A code without a label (an operator's own reminder step, a word of a later version) is shown as it is written.
"""

from collections.abc import Mapping

from flask import Flask

from cloud_service.domain.calendar.billing_cycle import MONTHS
from cloud_service.web.language.company_labels import OF_COMPANIES
from cloud_service.web.language.einvoice_labels import OF_PAPERS
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.language.sentences import lazy_pgettext
from cloud_service.web.language.sheet_labels import SHEET_COLUMNS, SHEET_KINDS, SHEET_MADE
from cloud_service.web.language.state_labels import STATES, as_written, state_label

PAYMENT_KINDS = {
    "payment": _l("Payment"),
    "refund": _l("Refund"),
    "chargeback": _l("Chargeback"),
    "top_up": _l("Top-up"),
    "deposit": _l("Deposit"),
}
NAMED_CYCLES = {
    "monthly": _l("Monthly"),
    "bimonthly": _l("Bimonthly"),
    "quarterly": _l("Quarterly"),
    "half_yearly": _l("Half-yearly"),
    "yearly": _l("Yearly"),
    "once": _l("Once"),
}
BILLING_CYCLES = {  # in the order of their length
    cycle: NAMED_CYCLES[cycle] if cycle in NAMED_CYCLES else _l("Every %(months)s months", months=months)
    for cycle, months in MONTHS.items()
} | {"once": NAMED_CYCLES["once"]}
LABELS: Mapping[str, Mapping[str, str]] = {
    "sheet_column": SHEET_COLUMNS,
    "sheet_kind": SHEET_KINDS,
    "sheet_made": SHEET_MADE,
    "utility": {
        "electricity": _l("Electricity"),
        "water": _l("Water"),
        "gas": _l("Gas"),
        "heat": _l("Heat"),
        "cooling": _l("Cooling"),
    },
    "address_state": {
        "read": _l("Nobody checked it yet"),
        "checked": _l("Fits its country"),
        "as_written": _l("Keep it as it is written"),
        "none": _l("None"),
    },
    "client_kind": {"person": _l("Person"), "company": _l("Company")},
    "mode": {"postpaid": _l("Postpaid"), "prepaid": _l("Prepaid")},
    "mail_security": {
        "starttls": "STARTTLS",
        "tls": "TLS",
        "none": _l("None"),
    },
    "delivery": {"email": _l("E-mail"), "post": _l("Post"), "none": _l("Not at all")},
    "delivery_way": {"email": _l("by email"), "post": _l("by post"), "none": _l("not sent")},
    **OF_PAPERS,
    "billing_cycle": BILLING_CYCLES,
    "role": {
        "admin": _l("Admin"),
        "billing": _l("Billing"),
        "support": _l("Support"),
        "auditor": _l("Auditor"),
        "client": _l("Client"),
    },
    "panel_role": {
        "admin": _l("Administrator"),
        "billing": _l("Billing"),
        "support": _l("Support"),
        "auditor": _l("Auditor"),
        "client": _l("Customer"),
    },
    "run_state": {
        state: STATES[state].label
        for state in ("planned", "rating", "rated", "approved", "issuing", "done", "cancelled")
    },
    "register_kind": {
        "index": _l("Index"),
        "interval": _l("Interval"),
        "maximum": _l("Maximum"),
        "instant": _l("Instant"),
    },
    "direction": {"import": _l("Import"), "export": _l("Export"), "none": lazy_pgettext("direction", "None")},
    "tariff_role": {"supply": _l("Supply")},
    "quality": {
        "actual": _l("Actual"),
        "substituted": _l("Substituted"),
        "estimated": _l("Estimated"),
        "suspect": _l("Suspect"),
        "missing": _l("Missing"),
    },
    "gap_cause": {
        "waiting": _l("Here, being worked on"),
        "refused": _l("Not believed: in quarantine"),
        "no_reading_yet": _l("Never read yet"),
        "no_file": _l("Nobody has brought it yet"),
        "given_up": _l("Given up by the gateway"),
        "on_the_gateway": _l("On the gateway, will follow"),
        "gateway_silent": _l("Gateway silent"),
        "meter_unreachable": _l("Meter does not answer"),
        "message_refused": _l("Message refused"),
        "not_read": _l("Not read on the round"),
        "not_due": _l("Next reading not due yet"),
        "unknown": _l("Cause not known"),
    },
    "unread_cause": {
        "nobody_there": _l("Nobody there"),
        "blocked": _l("Blocked"),
        "broken": lazy_pgettext("meter", "Broken"),
        "other": _l("Another cause"),
    },
    "estimate_rule": {
        "last_year": _l("The same days a year ago"),
        "same_weekdays": _l("The same weekdays around"),
        "daily_average": _l("Average of the last known days"),
        "evenly": _l("By time alone"),
        "stated": _l("Stated by a person"),
    },
    "reading_doubt": {
        "below_last": _l("It is lower than the reading before."),
        "above_next": _l("It is higher than the reading after."),
        "far_above_usual": _l("It is more than twice of what is usual for this time."),
    },
    "charge": {
        "advance": _l("Advance"),
        "capacity": _l("Capacity"),
        "demand": _l("Demand"),
        "difference": _l("Difference"),
        "energy": _l("Energy"),
        "export": _l("Export"),
        "minimum": _l("Minimum"),
        "percentage": _l("Percentage"),
        "power_factor": _l("Power factor"),
        "reactive": _l("Reactive"),
        "share": _l("Share of costs"),
        "spot": _l("Spot"),
        "standing": _l("Standing"),
    },
    "energy_pricing": {
        "flat": _l("One price"),
        "steps": _l("Steps"),
        "hours": _l("Day and night"),
        "counters": _l("A price for each counter"),
    },
    "paper": {"a4": "A4", "us-letter": "US Letter"},  # names of sizes
    "advance_timing": {
        "before": _l("At the beginning of each period"),
        "after": _l("When each period is over"),
    },
    "advance_every": {"1": _l("Month"), "2": _l("Two months"), "3": _l("Quarter")},
    "run_approval": {"person": _l("By a person"), "itself": _l("By itself")},
    "run_incomplete": {
        "person": _l("Leave it to a person"),
        "estimate": _l("Estimate by rule"),
    },
    "item_per": {
        "month": _l("a month"),
        "day": _l("a day"),
        "year": _l("a year"),
        "unit": _l("a unit used"),
        "kw": _l("a kW of highest demand"),
        "percent": _l("percent of the energy"),
    },
    "day_kind": {
        "every": _l("Every day"),
        "weekday": _l("Monday to Friday"),
        "weekday+saturday": _l("Monday to Saturday"),
        "weekend": _l("Saturday and Sunday"),
        "saturday": _l("Saturday"),
        "sunday": _l("Sunday"),
    },
    "provider": {
        "bank": _l("Bank"),
        "cash": _l("Cash"),
        "cheque": _l("Cheque"),
        "mobile": _l("Mobile money"),
        "simulated": _l("Simulated"),
        "take_over": _l("Books before ours"),
        "stripe": "Stripe",  # a company's name
    },
    "payment_kind": PAYMENT_KINDS,
    "booking": {
        **PAYMENT_KINDS,
        "invoice": _l("Invoice"),
        "credit_note": _l("Credit note"),
        "deposit_release": _l("Deposit release"),
        "settlement": _l("Settlement"),
        "write_off": _l("Write off"),
        "interest": _l("Interest"),
        "fee": _l("Fee"),
        "take_over": _l("Taken over"),
        "take_over_undo": _l("Taken back"),
    },
    "dunning_step": {
        "reminder": _l("Reminder"),
        "second reminder": _l("Second reminder"),
        "final notice": _l("Final notice"),
    },
    "statement_every": {"none": _l("None"), "month": _l("Each month"), "quarter": _l("Each quarter")},
    "statement_state": {
        "print": _l("to be printed"),
        "waiting": _l("on its way"),
        "sent": _l("sent"),
        "failed": lazy_pgettext("letter", "failed"),
        "bounced": _l("came back"),
    },
    "dunning_by": {"person": _l("After a person's approval"), "itself": _l("By itself")},
    "dunning_wording": {"reminder": _l("Friendly"), "second": _l("Firm"), "final": lazy_pgettext("wording", "Final")},
    "dunning_interest": {
        "none": _l("None"),
        "fixed": _l("A fixed percentage"),
        "base": _l("Points above a base rate"),
    },
    "interest_year": {
        "365": _l("365 days"),
        "360": _l("360 days"),
        "actual": _l("as many days as it has"),
    },
    "bill_event": {
        "issued": _l("Issued"),
        "taken over": _l("Taken over"),
        "mail waits to be sent": _l("Mail waits to be sent"),
        "mail sent": _l("Mail sent"),
        "waits to be printed": _l("Waits to be printed"),
        "posted": _l("Sent by post"),
        "mail failed": _l("Mail failed"),
        "mail bounced": _l("Mail bounced"),
        "settled": _l("Settled"),
        "taken back": _l("Taken back"),
        "disputed": _l("Disputed"),
        "dispute closed": _l("Dispute closed"),
    },
    **OF_COMPANIES,
    "number_series": {"invoice": _l("Invoice"), "credit_note": _l("Credit note"), "receipt": _l("Receipt")},
    "order": {"disconnect": _l("Disconnect"), "reconnect": _l("Reconnect")},
    "device_fact": {
        "meter": _l("Meter"),
        "bus": _l("Bus"),
        "polls": _l("Polls"),
        "failures": _l("Failures"),
        "failing_since_ms": _l("Failing since ms"),
        "error": _l("Error"),
    },
    "hit": {
        "page": lazy_pgettext("search", "page"),
        "bill": lazy_pgettext("search", "bill"),
        "client": lazy_pgettext("search", "client"),
        "account": lazy_pgettext("search", "account"),
        "meter": lazy_pgettext("search", "meter"),
        "gateway": lazy_pgettext("search", "gateway"),
        "connection": lazy_pgettext("search", "connection"),
        "service point": lazy_pgettext("search", "service point"),
        "payment": lazy_pgettext("search", "payment"),
        "tariff": lazy_pgettext("search", "tariff"),
    },
}
"""Codes that are shown as a word, by the kind of code."""


def label(code: str | None, kind: str) -> str:
    """The word for a code of `kind` (a key of LABELS); a dash for what has none, as a meter that hangs nowhere."""
    if code is None:
        return "–"
    return LABELS[kind].get(code) or as_written(code)


def event_label(event: str) -> str:
    """What happened to a bill: a word of ours, a reminder by its step, or an action of the audit log as written."""
    action, colon, step = event.partition(": ")
    if action == "reminded" and colon:
        return _("Reminded: %(step)s", step=step)
    return LABELS["bill_event"].get(event) or as_written(event.replace(".", ": "))


def options(kind: str) -> tuple[tuple[str, str], ...]:
    """All codes of a kind with their labels, for a field of a form."""
    return tuple(LABELS[kind].items())


def init_app(app: Flask) -> None:
    """Offer the labels to the templates."""
    app.jinja_env.filters.update(label=label, event_label=event_label)
    app.jinja_env.globals.update(state_label=state_label, LABELS=LABELS)
