"""What is true outside of the product: what a payment company did with money, what the bank has booked."""

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass
class Deal:
    """Money that a payment company took for a bill; `left` is what of it was not given back."""

    request: str
    account: int
    amount: Decimal
    left: Decimal
    told: bool = False  # whether we know of it
    is_over: bool = False  # a refund failed or a dispute was won: a person has it in hand


@dataclass
class News:
    """Something that the company tells, as often as it likes."""

    event: str
    kind: str
    deal: Deal
    amount: Decimal
    undoes: str = ""
    told: bool = False
    moved: bool = False  # whether it changed what we have


@dataclass
class Company:
    """A payment company with its deals, and all that it has to tell."""

    deals: list[Deal] = field(default_factory=list)
    news: list[News] = field(default_factory=list)

    def tell_of(self, event: str) -> News | None:
        """The news of a name."""
        return next((news for news in self.news if news.event == event), None)


@dataclass(frozen=True)
class Told:
    """A movement on our account at the bank, for an account of ours."""

    account: int
    amount: Decimal
    day: str
    text: str
    reference: str
    batch: int  # those of one statement
