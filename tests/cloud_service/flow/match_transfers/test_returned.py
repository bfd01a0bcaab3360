"""A payment that the bank took back is booked as its chargeback where that is certain, and offered elsewhere."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from sqlalchemy import text

from cloud_service.domain.receivables.returned_payments import amount_returned
from cloud_service.flow import collect
from cloud_service.flow.match_transfers.matching import BOOKED, RETURNED, MatchedLine
from tests.books.world import build
from tests.cloud_service.flow.match_transfers.conftest import Bank
from tests.cloud_service.payments.statements import Told, camt, intraday, swift

D = Decimal
MARK = "<RvslInd>true</RvslInd>"
PAID = Told("119.00", "INV-2026-00001", end_to_end="E2E-1", reference="2026110512345671", day="2026-11-05")
ALSO = Told("119.00", "INV-2026-00002", end_to_end="E2E-2", reference="2026110512345672", day="2026-11-05")
BACK = Told("-119.00", "RETOURE", end_to_end="E2E-1", reference="2026112012345673", extra=MARK)


def take_back(bank: Bank, content: bytes) -> list[MatchedLine]:
    """Book what is certain to have come back, as the doors do."""
    matched = bank.look(content)
    for line in matched:
        if line.taken_back is not None:
            collect.give_back(
                bank.world.session, line.taken_back.payment_id, amount_returned(line.line),
                reference=line.line.reference, day=line.line.booked_on, author="t", kind="chargeback", line=line.line,
            )  # fmt: skip
    return matched


def outstanding(bank: Bank, number: str) -> Decimal:
    query = text("SELECT outstanding FROM invoice_balance_at('infinity') WHERE number = :number")
    return Decimal(bank.world.session.execute(query, {"number": number}).scalar_one())


def test_it_is_booked_by_itself_once_and_its_bill_is_open_again(bank: Bank) -> None:
    bank.take(camt(PAID, ALSO))
    (line,) = take_back(bank, camt(BACK, name="2"))

    assert "certain" == line.outcome
    assert (D("119.00"), D(0)) == (outstanding(bank, "INV-2026-00001"), outstanding(bank, "INV-2026-00002"))
    for again in (camt(BACK, name="2"), intraday(BACK), swift(BACK, opening="500,00")):
        assert [("passed", BOOKED)] == [(line.outcome, line.reason) for line in take_back(bank, again)]
    assert D(0) == bank.received()


def test_with_the_bank_s_charges_the_payment_alone_came_back(bank: Bank) -> None:
    bank.take(camt(PAID))
    details = "</RmtInf><AmtDtls><InstdAmt><Amt Ccy='EUR'>119.00</Amt></InstdAmt></AmtDtls>"
    content = camt(replace(BACK, amount="-122.50"), name="2").replace(b"</RmtInf>", details.encode())
    (line,) = take_back(bank, content)

    assert ("certain", D(0)) == (line.outcome, bank.received())
    assert ["passed"] == [line.outcome for line in take_back(bank, content)]


def test_one_without_a_name_offers_what_it_may_be_the_likeliest_first(bank: Bank) -> None:
    bank.take(camt(PAID, ALSO))
    nameless = replace(BACK, end_to_end="NOTPROVIDED", text="RETOURE INV-2026-00002")
    (line,) = take_back(bank, camt(nameless, name="2"))

    assert ("left", RETURNED) == (line.outcome, line.reason)
    assert ["A2", "A1"] == [payment.account for payment in line.offered]
    assert line.returned is not None
    assert line.offered[0] == line.returned.likely
    assert (D("119.00"), D("119.00")) == (bank.received(0), bank.received(1))


def test_a_payment_comes_back_once(bank: Bank) -> None:
    bank.take(camt(PAID))
    other = replace(BACK, reference="2026112012345674", day="2026-11-21")
    lines = take_back(bank, camt(BACK, other, name="2"))

    assert ["certain", "left"] == [line.outcome for line in lines]
    assert () == lines[1].offered


def test_what_was_given_back_by_hand_is_offered_no_more(bank: Bank) -> None:
    bank.take(camt(PAID))
    (payment_id,) = bank.world.session.execute(text("SELECT id FROM payment")).scalars()
    collect.give_back(
        bank.world.session, payment_id, D("50.00"), reference="x", day=bank.look(camt(BACK))[0].line.booked_on,
        author="t",
    )  # fmt: skip

    assert [("left", ())] == [(line.outcome, line.offered) for line in bank.look(camt(BACK, name="2"))]


def test_money_of_ours_that_comes_back_may_be_given_to_an_account(bank: Bank) -> None:
    (line,) = bank.look(camt(Told("20.00", "refund", extra=MARK)))

    assert ("left", RETURNED, True) == (line.outcome, line.reason, line.by_hand)


def test_the_chargeback_of_another_account_is_not_that_of_a_returned_payment(bank: Bank) -> None:
    bank.take(camt(PAID, ALSO))
    others = bank.world.session.execute(
        text("SELECT id FROM payment WHERE account_id = :account"), {"account": bank.world.accounts[1]}
    ).scalar_one()
    collect.give_back(
        bank.world.session, others, D("119.00"), reference="x", day=date(2026, 11, 21), author="t", kind="chargeback"
    )

    assert ["certain"] == [line.outcome for line in bank.look(camt(BACK, name="2"))]
    of_the_other = replace(BACK, end_to_end="NOTPROVIDED", text="RETOURE INV-2026-00001")
    assert [("left", ["A1"])] == [
        (line.outcome, [payment.account for payment in line.offered])
        for line in bank.look(camt(of_the_other, name="2"))
    ]


def test_the_payment_of_another_company_does_not_come_back_by_our_account(bank: Bank) -> None:
    session = bank.world.session
    other = build(session)
    other.serial = 9
    other.tenant()
    session.execute(
        text("UPDATE bank_account SET iban = 'DE89370400440532013000' WHERE legal_entity_id = :id"),
        {"id": other.entity},
    )
    for account in (other.accounts[0], bank.world.accounts[0]):
        collect.pay(
            session, account, D("119.00"), provider="bank", reference=str(account), day=date(2026, 11, 5), author="t"
        )  # fmt: skip
    nameless = replace(BACK, end_to_end="NOTPROVIDED")

    assert [["A1"]] == [[payment.account for payment in line.offered] for line in bank.look(camt(nameless, name="2"))]
