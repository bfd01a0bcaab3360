"""Numbers for many new clients, accounts and connections: asked for once, counted on, none taken twice."""

from collections.abc import Callable

from cloud_service.domain.invoicing.next_number import following
from cloud_service.store.customers import number_suggestions
from cloud_service.store.database.session import Session
from cloud_service.store.sheets import references


class FreeNumbers:
    """The next free numbers in the manner of the company."""

    def __init__(self, session: Session, entity_id: int) -> None:
        self.session, self.entity_id = session, entity_id
        self._taken: dict[str, set[str]] = {}
        self._last: dict[str, str] = {}

    def client(self) -> str:
        """For a new client."""
        return self._next("client", lambda: number_suggestions.client_number(self.session, self.entity_id))

    def account(self, client_id: int) -> str:
        """For a new account of a client."""
        return self._next("account", lambda: number_suggestions.account_number(self.session, client_id))

    def contract(self) -> str:
        """For a new connection."""
        return self._next("contract", lambda: number_suggestions.contract_number(self.session, self.entity_id))

    def take(self, table: str, number: str) -> str:
        """A number that a row names itself; the number."""
        self._taken.setdefault(table, set()).add(number)
        return number

    def _next(self, table: str, first: Callable[[], str]) -> str:
        if table not in self._last:
            self._taken[table] = self._taken.get(table, set()) | references.taken_numbers(self.session, table)
            number = first()
        else:
            number = following(self._last[table], self._last[table])
        while number in self._taken[table]:
            number = following(number, number)
        self._last[table] = number
        return self.take(table, number)
