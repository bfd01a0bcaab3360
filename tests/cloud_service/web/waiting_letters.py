"""Letters that wait, as the flow leaves them."""

from sqlalchemy import text

from cloud_service.store.database.session import transaction
from tests.cloud_service.web.conftest import Console


def let_wait(console: Console, letters: int, error: str = "") -> None:
    """So many letters of a client of Kilo wait; with an error after a first try. What waited before has gone."""
    with transaction(console.engine) as session:
        if not error:
            session.execute(text("UPDATE delivery SET state = 'sent' WHERE state = 'waiting'"))
        for number in range(letters):
            session.execute(
                text(
                    """
                    INSERT INTO delivery (account_id, kind, recipient, message_id, facts, attempts, error)
                    SELECT id, 'statement', 'a@b.c', :message, '{}', :attempts, :error
                      FROM account
                     WHERE number = 'A-1'
                    """
                ),
                {"message": f"{number}{error}@x", "attempts": 1 if error else 0, "error": error},
            )
