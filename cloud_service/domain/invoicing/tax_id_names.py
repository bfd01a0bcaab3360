"""How countries call the ids of a business on paper; they are proper names, the same in every language."""

from collections.abc import Mapping
from types import MappingProxyType

KINDS = ("vat_id", "tax_number", "company_number")
NAMES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "AE": {"vat_id": "TRN"},
        "AT": {"vat_id": "UID", "tax_number": "Steuernummer", "company_number": "FN"},
        "AU": {"vat_id": "ABN", "tax_number": "TFN", "company_number": "ACN"},
        "BE": {"vat_id": "BTW/TVA", "company_number": "KBO/BCE"},
        "CA": {"vat_id": "GST/HST No.", "tax_number": "BN"},
        "CH": {"vat_id": "MWST-Nr.", "company_number": "UID"},
        "DE": {"vat_id": "USt-IdNr.", "tax_number": "Steuernummer", "company_number": "HR"},
        "ES": {"vat_id": "NIF-IVA", "tax_number": "NIF"},
        "FR": {"vat_id": "N° TVA", "company_number": "SIRET"},
        "GB": {"vat_id": "VAT Reg. No.", "tax_number": "UTR", "company_number": "Company No."},
        "GH": {"vat_id": "TIN"},
        "IE": {"vat_id": "VAT No.", "company_number": "CRO No."},
        "IN": {"vat_id": "GSTIN", "tax_number": "PAN", "company_number": "CIN"},
        "IT": {"vat_id": "P.IVA", "tax_number": "C.F.", "company_number": "REA"},
        "KE": {"vat_id": "KRA PIN", "tax_number": "KRA PIN", "company_number": "Company No."},
        "NG": {"vat_id": "TIN", "company_number": "RC"},
        "NL": {"vat_id": "Btw-nr.", "company_number": "KvK"},
        "NZ": {"vat_id": "GST No.", "tax_number": "IRD No.", "company_number": "NZBN"},
        "PL": {"vat_id": "NIP", "company_number": "KRS"},
        "SG": {"vat_id": "GST Reg. No.", "company_number": "UEN"},
        "TZ": {"vat_id": "VRN", "tax_number": "TIN"},
        "UG": {"vat_id": "TIN"},
        "US": {"tax_number": "EIN"},
        "ZA": {"vat_id": "VAT No.", "company_number": "Reg. No."},
    }
)


def tax_id_name(kind: str, country: str) -> str:
    """What that kind of id is called in a country; empty where there is no name of its own."""
    return NAMES.get(country, {}).get(kind, "")
