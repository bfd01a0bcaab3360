"""What a list lists, in whole sentences: languages bend a noun's neighbours, so no sentence is put together here."""

from collections.abc import Mapping
from dataclasses import dataclass

from cloud_service.web.language.sentences import LazyPlural
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.language.sentences import lazy_ngettext as _ln


@dataclass(frozen=True, slots=True)
class ListNoun:
    """What a list says of its rows; `counted` is the noun that follows their number."""

    counted: LazyPlural
    no_match: str
    none_yet: str
    filter_label: str


NOUNS: Mapping[str, ListNoun] = {
    "account": ListNoun(
        _ln("account", "accounts"),
        _l("No account matches these filters"),
        _l("No accounts yet"),
        _l("Filter accounts"),
    ),
    "bill": ListNoun(
        _ln("bill", "bills"),
        _l("No bill matches these filters"),
        _l("No bills yet"),
        _l("Filter bills"),
    ),
    "billing run": ListNoun(
        _ln("billing run", "billing runs"),
        _l("No billing run matches these filters"),
        _l("No billing runs yet"),
        _l("Filter billing runs"),
    ),
    "change": ListNoun(
        _ln("change", "changes"),
        _l("No change matches these filters"),
        _l("No changes yet"),
        _l("Filter changes"),
    ),
    "client": ListNoun(
        _ln("client", "clients"),
        _l("No client matches these filters"),
        _l("No clients yet"),
        _l("Filter clients"),
    ),
    "connection": ListNoun(
        _ln("connection", "connections"),
        _l("No connection matches these filters"),
        _l("No connections yet"),
        _l("Filter connections"),
    ),
    "gateway": ListNoun(
        _ln("gateway", "gateways"),
        _l("No gateway matches these filters"),
        _l("No gateways yet"),
        _l("Filter gateways"),
    ),
    "meter": ListNoun(
        _ln("meter", "meters"),
        _l("No meter matches these filters"),
        _l("No meters yet"),
        _l("Filter meters"),
    ),
    "payment": ListNoun(
        _ln("payment", "payments"),
        _l("No payment matches these filters"),
        _l("No payments yet"),
        _l("Filter payments"),
    ),
    "person": ListNoun(
        _ln("person", "persons"),
        _l("Nobody matches these filters"),
        _l("Nobody yet"),
        _l("Filter persons"),
    ),
    "service point": ListNoun(
        _ln("service point", "service points"),
        _l("No service point matches these filters"),
        _l("No service points yet"),
        _l("Filter service points"),
    ),
    "tariff": ListNoun(
        _ln("tariff", "tariffs"),
        _l("No tariff matches these filters"),
        _l("No tariffs yet"),
        _l("Filter tariffs"),
    ),
}
