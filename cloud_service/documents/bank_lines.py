"""A bank account as every document prints it: in the parts of its country, called in the reader's language."""

from cloud_service.documents.paper import Bank
from cloud_service.documents.translations import Localizer
from cloud_service.domain.receivables.bank_schemes import printed_parts


def account_rows(bank: Bank, localizer: Localizer) -> list[tuple[str, str]]:
    """The parts as (label, value); the lines below the first of a free text have no label."""
    return [(localizer.label(f"bank.{word}") if word else "", value) for word, value in printed_parts(bank)]


def account_lines(bank: Bank, localizer: Localizer) -> list[str]:
    """The same, a printed line each, below the holder's name."""
    rows = account_rows(bank, localizer)
    if bank.free_lines:
        return [bank.holder, *(value for _, value in rows)]
    return [bank.holder, *(f"{label} {value}" for label, value in rows)]
