"""What every letter has: language, look, the two parties, page numbers, footer."""

from base64 import b64encode
from typing import Any

from cloud_service.documents.bank_lines import account_lines
from cloud_service.documents.paper import Bank, Party
from cloud_service.documents.theme import Theme
from cloud_service.documents.translations import Localizer
from cloud_service.domain.invoicing.tax_id_names import KINDS, tax_id_name

# With whose strokes a character that several languages share is drawn.
HAN_FORMS = {"JP": "ja", "KR": "ko", "CN": "zh", "TW": "zh", "HK": "zh"}


def letterhead(seller: Party, buyer: Party, bank: Bank | None, theme: Theme, localizer: Localizer) -> dict[str, Any]:
    """What every letter has: language, look, the two parties, page numbers, footer."""
    return {
        "language": localizer.language,
        "region": localizer.region,
        "direction": localizer.direction,
        "page_of": localizer.label("page.of", page="{page}", pages="{pages}"),
        "theme": {
            "primary": theme.primary,
            "accent": theme.accent,
            "ink": theme.ink,
            "logo": theme.logo(),
            "logo_uri": svg_uri(theme.logo()),
            "logo_height_mm": theme.logo_height_mm,
            "show_name": theme.show_name,
            "paper": theme.paper,
        },
        "seller": _party(seller),
        "buyer": _party(buyer),
        "footer": _footer(seller, bank, theme, localizer) if theme.shows("footer") else [],
    }


def svg_uri(svg: str) -> str:
    """A drawing as a data address, for HTML."""
    return "data:image/svg+xml;base64," + b64encode(svg.encode()).decode()


def _party(party: Party) -> dict[str, Any]:
    return {
        "name": party.name,
        "address": list(party.address),
        "email": party.email,
        "phone": party.phone,
        "website": party.website,
        "line": " · ".join([party.name, *party.address]),
        "lang": HAN_FORMS.get(party.country, ""),
    }


def _footer(seller: Party, bank: Bank | None, theme: Theme, localizer: Localizer) -> list[list[str]]:
    """Columns: who, how to reach, where the money goes, the operator's own words."""
    who = [seller.name, *seller.address]
    reach = [seller.email, seller.phone, seller.website, *_tax_ids(seller, localizer)]
    money = account_lines(bank, localizer) if bank and theme.shows("bank") else []
    columns = [who, reach, money, theme.text("footer", localizer.language).splitlines()]
    return [lines for column in columns if (lines := [line for line in column if line])]


def _tax_ids(seller: Party, localizer: Localizer) -> list[str]:
    """The ids of the company, as its country calls them."""
    ids = [(kind, getattr(seller, kind)) for kind in KINDS]
    return [
        f"{tax_id_name(kind, seller.country) or localizer.label(f'page.{kind}')} {number}"
        for kind, number in ids
        if number
    ]
