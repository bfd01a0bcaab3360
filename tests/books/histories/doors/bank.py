"""The bank tells what it booked, in several formats."""

from collections.abc import Sequence
from io import BytesIO

from cloud_service.flow import collect
from cloud_service.flow.match_transfers import MatchedLine, lines_of, match_lines
from cloud_service.store.scope import Scope
from tests.books.histories.doors.money import count
from tests.books.histories.operator import WHO, Operator
from tests.books.histories.outside import Told
from tests.cloud_service.payments import statements


def written(operator: Operator, form: str, bookings: Sequence[Told]) -> bytes:
    """The bank's file."""
    told = [
        statements.Told(
            f"{each.amount:.2f}", each.text, reference=each.reference, entry_number=each.reference, day=each.day
        )
        for each in bookings
    ]
    file: bytes = statements.FORMS[form](*told)
    return file.replace(statements.IBAN.encode(), operator.iban.encode())


def read(operator: Operator, form: str, bookings: Sequence[Told]) -> list[MatchedLine]:
    """What the product makes of the file."""
    with operator.door() as session:
        lines = lines_of(BytesIO(written(operator, form, bookings)))
        return list(match_lines(session, lines, Scope(entities=frozenset({operator.entity}))))


def take(operator: Operator, form: str, bookings: Sequence[Told]) -> None:
    """A statement is booked: what is certain by itself, what is left by a person, who knows whose it is."""
    for told, matched in zip(bookings, read(operator, form, bookings), strict=True):
        account = matched.match.account_id if matched.match else operator.accounts[told.account]
        if matched.outcome == "passed":
            operator.wrong.append(f"{told.text} of {told.day} was told once, and is taken for {matched.reason}")
            continue
        with operator.door() as session:
            collect.pay(
                session, account, matched.line.amount, provider="bank", reference=matched.line.reference,
                day=matched.line.booked_on, author=WHO, to=matched.match.amounts if matched.match else None,
                currency=matched.line.currency, line=matched.line,
            )  # fmt: skip
        count(operator, told.account, told.amount)
    operator.bookings.extend(bookings)


def take_again(operator: Operator, form: str, bookings: Sequence[Told]) -> None:
    """The same told again, in another format: nothing of it is new."""
    for told, matched in zip(bookings, read(operator, form, bookings), strict=True):
        if matched.outcome != "passed":
            operator.wrong.append(
                f"{told.text} of {told.day} is {matched.outcome} when it is told again: {matched.reason}"
            )
