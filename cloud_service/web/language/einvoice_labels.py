"""What the kinds of e-invoice and of letters are called; most are names that stay as they are."""

from cloud_service.web.language.sentences import lazy_gettext as _l

RULES_FAMILIES = {"en16931": "EN 16931", "xrechnung": "XRechnung (KoSIT)", "peppol": _l("Peppol")}
LETTERS = {
    "reminder": _l("Reminder"),
    "statement": _l("Statement of account"),
    "receipt": _l("Receipt"),
    "low_balance": _l("Prepaid balance"),
    "report": _l("Report"),
}
EINVOICES = {
    "": _l("As the company's bills have it"),
    "factur_x": _l("Inside the PDF (Factur-X, ZUGFeRD)"),
    "einvoice_ubl": "EN 16931, UBL",
    "einvoice_cii": "EN 16931, CII",
    "xrechnung_ubl": "XRechnung, UBL",
    "xrechnung_cii": "XRechnung, CII",
    "peppol_ubl": _l("Peppol BIS Billing 3"),
}
OF_PAPERS = {"einvoice": EINVOICES, "rules_family": RULES_FAMILIES, "letter_kind": LETTERS}
