"""A movement on our bank account, whatever the format of the file that it came in."""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class StatementHead:
    """The statement that tells of a movement. A file may hold several; several may tell of the same movement.

    `name` is what the bank calls it and `written_at` when it was written; banks promise neither to be unique.
    """

    form: str = ""  # camt.052, camt.053, camt.054, mt940, mt942, csv
    name: str = ""
    written_at: str = ""
    first_day: date | None = None
    last_day: date | None = None
    opening: Decimal | None = None
    closing: Decimal | None = None
    place: int = field(default=0, compare=False)  # in its file

    @property
    def family(self) -> str:
        """The formats in which a bank gives a movement the same names."""
        return re.sub(r"[\d.].*", "", self.form)


@dataclass(frozen=True, slots=True)
class BankLine:
    """One movement on our account. `amount` is positive for money that came in; `reference` is our name for it.

    `bank_names` are names that only this movement has in its statement, each with its kind before a colon. Of a payment
    that came back, `returned_names` are those that the payment itself may have, `returned_amount` is what it had been.
    """

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
    value_day: date | None = None
    is_dated: bool = True  # False where the day is only that of the statement
    bank_names: tuple[str, ...] = ()
    batch_total: Decimal | None = None  # of the booking that this is a part of
    payments: int = 1  # several: a booking that the file does not take apart
    mandate: str = ""
    returned_names: tuple[str, ...] = ()
    returned_amount: Decimal | None = None  # where the bank added its charges
    head: StatementHead = field(default_factory=StatementHead)
