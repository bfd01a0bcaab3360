"""What the kinds of e-invoice are called; most are names that stay as they are."""

from cloud_service.web.language.sentences import lazy_gettext as _l

RULES_FAMILIES = {"en16931": "EN 16931", "xrechnung": "XRechnung (KoSIT)", "peppol": _l("Peppol")}
EINVOICES = {
    "": _l("As the company's bills have it"),
    "factur_x": _l("Inside the PDF (Factur-X, ZUGFeRD)"),
    "einvoice_ubl": "EN 16931, UBL",
    "einvoice_cii": "EN 16931, CII",
    "xrechnung_ubl": "XRechnung, UBL",
    "xrechnung_cii": "XRechnung, CII",
    "peppol_ubl": _l("Peppol BIS Billing 3"),
}
