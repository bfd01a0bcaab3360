"""A movement on our bank account, whatever the format of the file that it came in."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class BankLine:
    """One movement on our account. `amount` is positive for money that came in; `reference` is unique for ever."""

    account: str
    reference: str
    booked_on: date
    amount: Decimal
    currency: str
    remittance: str = ""
    end_to_end_id: str = ""
    payer: str = ""
    payer_iban: str = ""
    reversal: bool = False
