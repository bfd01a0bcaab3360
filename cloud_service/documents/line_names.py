"""What a line of a bill is called in the reader's language: the words that rating and invoicing add to a tariff's own.

Stored lines say them in English, on bills of any age: they are told by the kind of the charge.
"""

import re

from cloud_service.documents.translations import Localizer

ADVANCE = "advance"
NUMBERED = {  # lines that name another bill: how they begin as stored, and the label
    "interest": ("Interest on ", "lines.interest"),
    ADVANCE: ("Advance bill ", "lines.advance_bill"),
    "difference": ("Difference to ", "charges.difference"),
}
NAMES = {  # by kind of charge and stored text: lines that we add, and charges to which a tariff gives no label
    ("rounding", "Rounding"): "lines.rounding",
    ("fees", "Late fee"): "lines.fees",
    (ADVANCE, "Advance payment"): "lines.advance",
    ("energy", "Energy"): "charges.energy",
    ("export", "Export"): "charges.export",
    ("demand", "Demand"): "charges.demand",
    ("standing", "Standing charge"): "charges.standing",
    ("capacity", "Contracted capacity"): "charges.capacity",
    ("reactive", "Reactive energy"): "charges.reactive",
    ("minimum", "Minimum charge"): "charges.minimum",
    ("spot", "Energy at market price"): "charges.spot",
    ("power_factor", "Power factor"): "charges.power_factor",
    ("percentage", "Discount"): "charges.discount",
    ("percentage", "Surcharge"): "charges.surcharge",
}
BY_UTILITY = ("energy", "export")  # charges that are called as what they price, where that is no electricity
ANY = ""
ENDINGS = tuple(
    (charges, re.compile(rf"(?P<name>.*), {text}", re.DOTALL), label)
    for charges, text, label in (
        ((ANY,), "taken back", "charges.taken_back"),
        (("energy", "export", "demand"), r"block (?P<number>[0-9]+)", "charges.block"),
        (("energy",), "surplus paid out", "charges.surplus_paid_out"),
        (("export",), "credit of earlier months", "charges.credit_before"),
        (("export",), "credit carried over", "charges.credit_carried"),
        (("export",), r"credit that ended with month (?P<month>1[0-2]|[1-9])", "charges.credit_ended"),
        (("export",), "credit paid out", "charges.credit_paid_out"),
        (("spot",), "margin", "charges.margin"),
        (("capacity",), "excess", "charges.excess"),
    )
)
PLACE, PERIOD = " · ", ", "  # what stands behind a name: a supply point, a period of the tariff


def line_name(label: str, charge: str, localizer: Localizer) -> str:
    """The name of a line; the tariff's own words stay as they are."""
    for charges, ending, key in ENDINGS:
        match = ending.fullmatch(label) if charge in charges or ANY in charges else None
        if match:
            return _with_ending(match, key, charge, localizer)
    if PLACE in label:
        name, _, place = label.rpartition(PLACE)
        return f"{line_name(name, charge, localizer)}{PLACE}{place}"
    return _numbered(label, charge, localizer) or _named(label, charge, localizer)


def _with_ending(match: re.Match[str], key: str, charge: str, localizer: Localizer) -> str:
    fields = match.groupdict()
    fields["name"] = line_name(fields["name"], charge, localizer)
    if "month" in fields:
        fields["month"] = localizer.month(int(fields["month"]))
    return localizer.label(key, **fields)


def _numbered(label: str, charge: str, localizer: Localizer) -> str:
    prefix, key = NUMBERED.get(charge, ("", ""))
    if prefix and label.startswith(prefix) and PERIOD not in label:
        return localizer.label(key, number=label.removeprefix(prefix))
    return ""


def _named(label: str, charge: str, localizer: Localizer) -> str:
    """Our own name of the charge, with the tariff's period behind it; else the label."""
    own, comma, period = label.partition(PERIOD)
    if charge in BY_UTILITY and own == own.capitalize() and own.lower() in localizer.section("utility"):
        return f"{localizer.utility(own.lower())}{comma}{period}"
    key = NAMES.get((charge, own))
    return f"{localizer.label(key)}{comma}{period}" if key else label
