"""What a company says of itself on its papers: its numbers with the tax office, its bank by the habits of a country."""

from collections.abc import Mapping

from cloud_service.web.language.sentences import lazy_gettext as _l

OF_COMPANIES: Mapping[str, Mapping[str, str]] = {
    "tax_id": {"vat_id": _l("VAT id"), "tax_number": _l("Tax number"), "company_number": _l("Company number")},
    "bank_scheme": {
        "iban": "IBAN",
        "us": _l("United States"),
        "uk": _l("United Kingdom"),
        "in": _l("India"),
        "ke": _l("Kenya, bank"),
        "ke_paybill": _l("Kenya, M-PESA"),
        "au": _l("Australia"),
        "free": _l("Free lines"),
    },
    "bank_part": {
        "iban": "IBAN",
        "bic": "BIC",
        "bank_name": _l("Bank"),
        "routing_number": _l("Routing number"),
        "account_number": _l("Account number"),
        "sort_code": _l("Sort code"),
        "ifsc": "IFSC",
        "bank_code": _l("Bank code"),
        "branch_code": _l("Branch code"),
        "paybill": _l("Paybill number"),
        "paybill_account": _l("Account number"),
        "bsb": "BSB",
        "free_lines": _l("Pay to"),
    },
}
"""Labels by the kind of code."""
