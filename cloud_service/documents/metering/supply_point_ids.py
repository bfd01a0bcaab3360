"""What the grid of a country calls the id of a supply point."""

# ISO 3166 country -> the name of the id at electricity points, and at gas points where it is another.
NAMES = {
    "DE": ("MaLo-ID", "MaLo-ID"),
    "AT": ("Zählpunktnummer", "Zählpunktnummer"),
    "CH": ("Messpunkt", "Messpunkt"),
    "LU": ("POD", "POD"),
    "FR": ("PDL", "PCE"),
    "BE": ("EAN", "EAN"),
    "NL": ("EAN", "EAN"),
    "DK": ("GSRN", "GSRN"),
    "SE": ("Anläggnings-ID", "Anläggnings-ID"),
    "NO": ("MålepunktID", ""),
    "FI": ("GSRN", ""),
    "CZ": ("EAN", "EIC"),
    "SK": ("EIC", "POD"),
    "IT": ("POD", "PDR"),
    "ES": ("CUPS", "CUPS"),
    "PT": ("CPE", "CUI"),
    "PL": ("PPE", "PPG"),
    "GB": ("MPAN", "MPRN"),
    "IE": ("MPRN", "GPRN"),
    "AU": ("NMI", "MIRN"),
    "NZ": ("ICP", "ICP"),
}


def supply_point_id_name(country: str, utility: str) -> str:
    """The id's name; empty where the country has none for that utility, or we do not know it."""
    electricity, gas = NAMES.get(country, ("", ""))
    return {"electricity": electricity, "": electricity, "gas": gas}.get(utility, "")
