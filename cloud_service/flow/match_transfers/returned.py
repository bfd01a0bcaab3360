"""Which payments the lines of a file take back, each payment once."""

from collections.abc import Mapping, Sequence

from cloud_service.domain.receivables.bank_line import BankLine
from cloud_service.domain.receivables.returned_payments import ReceivedPayment, ReturnedPayment, returned_payment
from cloud_service.store.database.session import Session
from cloud_service.store.receivables.received_payments import received_payments
from cloud_service.store.scope import Scope


class Returns:
    """The payments that may have come back by a file, of the company whose bank account it is."""

    def __init__(
        self, session: Session, lines: Sequence[BankLine], owners: Mapping[str, int | None], scope: Scope
    ) -> None:
        self._owners = owners
        self._received: dict[int | None, list[ReceivedPayment]] = {}
        returns = [line for line in lines if is_taken_back(line)]
        for entity in {owners[line.account] for line in returns}:
            of_entity = [line for line in returns if owners[line.account] == entity]
            owner = scope if entity is None else Scope(frozenset({entity}))
            self._received[entity] = received_payments(session, of_entity, owner)

    def find(self, line: BankLine) -> ReturnedPayment:
        """The payment that a line takes back, or those that it may; each payment and each chargeback is one line's."""
        received = self._received[self._owners[line.account]]
        returned = returned_payment(line, received)
        for payment in filter(None, (returned.payment, returned.booked)):
            received.remove(payment)
        return returned


def is_taken_back(line: BankLine) -> bool:
    """Whether a line takes a payment back from us; a payment of ours that came back brings money."""
    return line.reversal and line.amount < 0
