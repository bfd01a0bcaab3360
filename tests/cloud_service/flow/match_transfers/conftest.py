"""A bank account into which statements are booked as the console and the command do."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from sqlalchemy.orm import Session

from cloud_service.flow import collect
from cloud_service.flow.issue import issue
from cloud_service.flow.match_transfers import MatchedLine, lines_of, match_lines
from tests.books.operations import rated
from tests.books.world import World, build


@dataclass
class Bank:
    """Books what is certain, or (as a person does) what is named."""

    world: World

    def look(self, content: bytes) -> list[MatchedLine]:
        return list(match_lines(self.world.session, lines_of(BytesIO(content))))

    def take(self, content: bytes, *accounts: int) -> list[str]:
        """The outcome of each line; lines that are left go to `accounts`, one after the other."""
        outcomes, by_hand = [], list(accounts)
        for matched in self.look(content):
            outcomes.append(matched.outcome)
            account = matched.match.account_id if matched.match else by_hand.pop(0) if by_hand else None
            if account is not None and matched.outcome != "passed":
                booked = collect.pay(
                    self.world.session, account, matched.line.amount, provider="bank",
                    reference=matched.line.reference, day=matched.line.booked_on, author="t", line=matched.line,
                )  # fmt: skip
                assert "booked" == booked.outcome
        return outcomes

    def received(self, place: int = 0) -> Decimal:
        """All that is booked for one account."""
        from sqlalchemy import text

        statement = text("SELECT coalesce(sum(amount), 0) FROM payment WHERE account_id = :id")
        return Decimal(self.world.session.execute(statement, {"id": self.world.accounts[place]}).scalar_one())


@pytest.fixture
def bank(session: Session) -> Bank:
    """Three clients, who owe 119.00 each: INV-2026-00001 to INV-2026-00003."""
    world = build(session, tenants=3)
    bills = [
        rated(contract, account, date(2026, 10, 1), Decimal(100))
        for contract, account in zip(world.contracts, world.accounts, strict=True)
    ]
    issue(session, bills, bill_date=date(2026, 11, 2), author="t")
    return Bank(world)
