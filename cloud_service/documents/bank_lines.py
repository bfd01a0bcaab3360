"""A bank account as every document prints it: in the parts of its country, called in the reader's language."""

from cloud_service.documents.paper import Bank
from cloud_service.documents.translations import Localizer
from cloud_service.domain.receivables.bank_schemes import printed_parts

FOOTER_LINES = 4


def account_rows(bank: Bank, localizer: Localizer) -> list[tuple[str, str]]:
    """The parts as (label, value); the lines below the first of a free text have no label."""
    return [(localizer.label(f"bank.{word}") if word else "", value) for word, value in printed_parts(bank)]


def account_lines(bank: Bank, localizer: Localizer) -> list[str]:
    """The same below the holder's name, for a footer: two parts a line where there are many."""
    unlabelled = ("free_lines", "bank_name", "")
    parts = [
        value if word in unlabelled else f"{localizer.label(f'bank.{word}')} {value}"
        for word, value in printed_parts(bank)
    ]
    if len(parts) > FOOTER_LINES:
        parts = [" · ".join(parts[at : at + 2]) for at in range(0, len(parts), 2)]
    return [bank.holder, *parts]
