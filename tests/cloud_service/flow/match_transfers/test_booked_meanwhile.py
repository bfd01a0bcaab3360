"""Two files that tell of one booking, imported in the same second, book it once."""

import threading
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from cloud_service.domain.receivables.bank_line import BankLine
from cloud_service.flow import collect
from cloud_service.flow.match_transfers import BookedMeanwhile, lines_of
from cloud_service.store.database.session import Engine, transaction
from common.errors import ConflictError
from tests.cloud_service.flow.match_transfers.conftest import Bank
from tests.cloud_service.payments.statements import FORMS, Told, camt, intraday, swift

D = Decimal
RENT = Told("59.50", "INV-2026-00001")
PATIENCE_S = 30


def line_of(content: bytes) -> BankLine:
    (line,) = lines_of(BytesIO(content))
    return line


def book(session: Session, bank: Bank, line: BankLine, meanwhile: BookedMeanwhile, place: int = 0) -> None:
    meanwhile.refuse_told(session, line)
    done = collect.pay(
        session, bank.world.accounts[place], line.amount, provider="bank", reference=line.reference,
        day=line.booked_on, author="t", line=line,
    )  # fmt: skip
    meanwhile.note_own(done.payment_id)


@pytest.mark.parametrize("other_account", [0, 1])
def test_of_two_formats_that_are_booked_at_once_one_is_left(bank: Bank, engine: Engine, other_account: int) -> None:
    bank.world.session.commit()
    lines = [line_of(FORMS["camt.053"](RENT)), line_of(swift(RENT))]
    looked, refused = threading.Barrier(2), []

    def take(line: BankLine, place: int) -> None:
        with transaction(engine) as session:
            meanwhile = BookedMeanwhile(session)
        looked.wait(PATIENCE_S)
        try:
            with transaction(engine) as session:
                book(session, bank, line, meanwhile, place)
        except ConflictError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=take, args=each) for each in zip(lines, (0, other_account), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)

    assert ["somebody booked 59.50 EUR at this moment, which may be this line (look at the file again)"] == refused
    assert D("59.50") == bank.received(0) + (bank.received(1) if other_account else 0)


def test_the_equal_lines_of_one_file_are_all_booked(bank: Bank) -> None:
    meanwhile = BookedMeanwhile(bank.world.session)
    for line in lines_of(BytesIO(camt(RENT, RENT))):
        book(bank.world.session, bank, line, meanwhile)

    assert D("119.00") == bank.received()


def test_other_money_that_somebody_books_meanwhile_keeps_nothing(bank: Bank) -> None:
    session = bank.world.session
    meanwhile, of_another = BookedMeanwhile(session), BookedMeanwhile(session)
    book(session, bank, line_of(intraday(Told("20.00", "INV-2026-00002"))), of_another)
    book(session, bank, line_of(camt(RENT)), meanwhile)

    assert D("79.50") == bank.received()


def test_what_somebody_enters_by_hand_meanwhile_is_not_booked_again_unasked(bank: Bank) -> None:
    session, line = bank.world.session, line_of(camt(RENT))
    meanwhile = BookedMeanwhile(session)
    collect.pay(
        session, bank.world.accounts[0], D("59.50"), provider="bank", reference="by hand", day=line.booked_on,
        author="t",
    )  # fmt: skip

    with pytest.raises(ConflictError, match=r"somebody booked 59\.50 EUR"):
        book(session, bank, line, meanwhile)


def test_who_enters_money_of_the_bank_by_hand_waits_for_the_line_that_is_being_booked(
    bank: Bank, engine: Engine
) -> None:
    bank.world.session.commit()

    def enter(way: str) -> str:
        with transaction(engine) as session:
            session.execute(text("SET LOCAL lock_timeout = '100ms'"))
            return collect.pay(
                session, bank.world.accounts[1], D("5.00"), provider=way, reference=way, day=date(2026, 11, 20),
                author="t",
            ).outcome  # fmt: skip

    with transaction(engine) as importing:
        BookedMeanwhile(importing)
        assert "booked" == enter("cash")
        with pytest.raises(OperationalError):
            enter("bank")
    assert "booked" == enter("bank")
