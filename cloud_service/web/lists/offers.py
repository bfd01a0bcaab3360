"""What lists offer to do with many rows at once: one entry an action, with who may, and what its form asks for.

What is done with a row lies in `batches/actions/`, one file each. A `file` is a download of the chosen rows instead.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cloud_service.store.tariffs import published
from cloud_service.web.access import May, allowed, scope
from cloud_service.web.clock import today
from cloud_service.web.database import session
from cloud_service.web.forms import Field
from cloud_service.web.language.labels import options
from cloud_service.web.language.locale import BILL_LANGUAGES
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l

Fields = Callable[[], tuple[Field, ...]]
KEEP = ("", _l("As it is"))


def _none() -> tuple[Field, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Offer:
    """An action of a list; `note` says what it does before anything is done."""

    action: str
    label: str
    needs: May
    fields: Fields = _none
    note: str = ""
    reason_needed: bool = False
    file: bool = False
    most: int = 5000  # rows of one batch


@dataclass(frozen=True, slots=True)
class ListOffers:
    """What a list offers; `label` is the column that names a row, `endpoint` the page of one."""

    label: str
    endpoint: str
    offers: tuple[Offer, ...]


def _tariff() -> tuple[Field, ...]:
    tariffs = published.names(session(), scope())
    return (
        Field("tariff", _("Tariff from then on"), "choice", options=tariffs, required=True),
        Field("day", _("From"), "date", required=True),
    )


def _last_day() -> tuple[Field, ...]:
    return (Field("day", _("First day without supply"), "date", required=True),)


def _terms() -> tuple[Field, ...]:
    return (
        Field("payment_terms_days", _("Due after days"), "number"),
        Field("delivery", _("Bills go by"), "choice", options=(KEEP, *options("delivery"))),
        Field("billing_cycle", _("Billing cycle"), "choice", options=(KEEP, *options("billing_cycle"))),
        Field("billing_day", _("Cycle begins on day"), "number", _("Of the month; 31 is its last day.")),
    )


def _resting() -> tuple[Field, ...]:
    return (Field("rest_until", _("No reminders before"), "date"),)


def _span() -> tuple[Field, ...]:
    return (
        Field("from", _("From"), "date", required=True),
        Field("until", _("Up to and with"), "date", required=True),
    )


def _language() -> tuple[Field, ...]:
    return (Field("locale", _("Language of bills"), "choice", options=tuple(BILL_LANGUAGES.items()), required=True),)


def _register() -> tuple[Field, ...]:
    billed = (("yes", _("Bills count it")), ("no", _("Bills do not count it")))
    return (
        Field("register", _("Register"), hint=_("Its name, for example import or export."), required=True),
        Field("billed", _("From now on"), "choice", options=billed, required=True),
    )


def _person() -> tuple[Field, ...]:
    ways = (("sign_out", _("Sign out everywhere")), ("keep_out", _("Keep out")), ("let_in", _("Let in again")))
    return (Field("do", _("What"), "choice", options=ways, required=True),)


OFFERS: Mapping[str, ListOffers] = {
    "connections": ListOffers("number", "connections.show", (
        Offer("contract_tariff", _l("Change the tariff"), May.CONTRACT, _tariff, _l("Billed days keep theirs.")),
        Offer(
            "contract_close", _l("Close"), May.CONTRACT, _last_day,
            _l("The next billing run makes the final bills; an owner's account pays from then on, where there is one."),
        ),
    )),
    "accounts": ListOffers("number", "accounts.show", (
        Offer("account_terms", _l("Change the terms"), May.CONTRACT, _terms, _l("What is left empty stays as it is.")),
        Offer(
            "account_rest", _l("No reminders until a day"), May.COLLECT, _resting,
            _l("Interest goes on. Without a day they are reminded again."), reason_needed=True,
        ),
        Offer("account_statement", _l("Send the statement"), May.COLLECT, _span, _l("By mail, with the PDF.")),
    )),
    "clients": ListOffers("number", "clients.show", (
        Offer(
            "client_language", _l("Change the language"), May.CONTRACT, _language, _l("Issued bills stay as they are."),
        ),
        Offer(
            "client_address", _l("Addresses are right"), May.CONTRACT,
            note=_l("The next page shows each text beside the fields that were read from it."),
        ),
    )),
    "bills": ListOffers("number", "bills.show", (
        Offer("invoice_send", _l("Send again"), May.SEND, note=_l("To the clients' present e-mail addresses.")),
        Offer("invoice_print", _l("Print as one PDF"), May.COLLECT, file=True, most=1000),
        Offer("invoice_zip", _l("Download the PDFs (ZIP)"), May.READ, file=True),
        Offer("einvoice_zip", _l("Download the e-invoices (ZIP)"), May.READ, file=True),
        Offer(
            "invoice_credit", _l("Credit"), May.BILL, reason_needed=True,
            note=_l("Each bill is taken back by a credit note. A second person has to agree."),
        ),
    )),
    "runs": ListOffers("name", "runs.show", (
        Offer("run_retry", _l("Rate parked ones again"), May.BILL, note=_l("After what was wrong has been mended.")),
    )),
    "meters": ListOffers("name", "meters.show", (
        Offer("meter_register", _l("Bill a register, or not"), May.CONTRACT, _register, _l("Issued bills stay.")),
        Offer(
            "meter_validate", _l("Validate again"), May.CONTRACT, _span,
            _l("The days are made again from the readings; that takes a minute."),
        ),
    )),
    "users": ListOffers("email", "", (
        Offer("user_keep_out", _l("Sign out or keep out"), May.MANAGE, _person),
    )),
}  # fmt: skip


def offers_of(name: str) -> Sequence[Offer]:
    """What the person of this request may do with rows of a list."""
    if name not in OFFERS:
        return ()
    able = allowed()
    return [offer for offer in OFFERS[name].offers if offer.needs in able]


def row_label(name: str) -> str:
    """The column that names a row of a list; empty where nothing is offered."""
    return OFFERS[name].label if name in OFFERS else ""


def starting_values() -> dict[str, str]:
    """What stands in the form at first: today, and this year so far."""
    day = today()
    return {"day": day.isoformat(), "from": day.replace(month=1, day=1).isoformat(), "until": day.isoformat()}
