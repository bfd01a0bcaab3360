"""A letter that was given up is mailed once more, to the address that its client has now."""

from cloud_service.mail.letter import address
from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.delivery import failed_letters, sending_again
from cloud_service.store.delivery.failed_letters import FailedLetter
from cloud_service.store.scope import Scope
from common.errors import ConflictError, InputError

GIVEN_UP = ("failed", "bounced")


def send(session: Session, delivery_id: int, scope: Scope, *, author: str) -> str:
    """Queue the letter and return its recipient: a bill, reminder, statement, receipt or report."""
    letter = failed_letters.letter_of(session, delivery_id, scope)
    _check(letter)
    if letter.invoice_id is not None:
        sending_again.queue(session, sending_again.recipient_of(session, letter.invoice_id))
    else:
        failed_letters.queue(session, letter)
    log.note(session, author, "letter.send_again", f"delivery:{delivery_id}", kind=letter.kind, to=letter.recipient)
    return letter.recipient


def _check(letter: FailedLetter) -> None:
    if letter.state not in GIVEN_UP:
        raise ConflictError("this letter was sent, or is on its way")
    if letter.is_settled:
        raise ConflictError("all that this reminder asks for is settled")
    if not letter.recipient:
        raise InputError(
            f"{letter.client} has no e-mail address", path="email", hint="write it into the client's record"
        )
    address(letter.recipient)
