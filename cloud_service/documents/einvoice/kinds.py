"""The kinds of e-invoice: a syntax, the specification that it names, and whose rules it is held against."""

from dataclasses import dataclass
from typing import Literal

Syntax = Literal["cii", "ubl"]
Profile = Literal["en16931", "xrechnung", "peppol"]
EN16931 = "urn:cen.eu:en16931:2017"
XRECHNUNG = f"{EN16931}#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
PEPPOL = f"{EN16931}#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"


@dataclass(frozen=True, slots=True)
class EinvoiceKind:
    """One way to say a bill to machines."""

    name: str  # as it is stored and typed in commands
    syntax: Syntax
    profile: Profile = "en16931"

    @property
    def specification(self) -> str:
        """What the e-invoice says that it follows (BT-24)."""
        return {"en16931": EN16931, "xrechnung": XRECHNUNG, "peppol": PEPPOL}[self.profile]


CII = EinvoiceKind("einvoice_cii", "cii")
KINDS = {
    kind.name: kind
    for kind in (
        CII,
        EinvoiceKind("einvoice_ubl", "ubl"),
        EinvoiceKind("xrechnung_cii", "cii", "xrechnung"),
        EinvoiceKind("xrechnung_ubl", "ubl", "xrechnung"),
        EinvoiceKind("peppol_ubl", "ubl", "peppol"),
    )
}
