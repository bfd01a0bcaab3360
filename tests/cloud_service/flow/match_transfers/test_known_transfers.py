"""One booking of the bank is one payment, whatever the files that tell of it; two bookings are two."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from itertools import permutations

import pytest

from cloud_service.flow import collect
from cloud_service.flow.match_transfers import lines_of, match_lines
from cloud_service.flow.match_transfers.matching import BOOKED, DOUBTFUL, TWICE
from cloud_service.store.scope import Scope
from tests.cloud_service.flow.match_transfers.conftest import Bank
from tests.cloud_service.payments.statements import FORMS, Told, camt, intraday, swift, table

D = Decimal
RENT = Told("59.50", "INV-2026-00001")
THREE = [Told("57.45", "INV-2026-00001"), Told("57.77", "INV-2026-00002"), Told("58.10", "INV-2026-00003")]
NO_REFERENCES = (
    "NONREF", "NOTPROVIDED", "NOT PROVIDED", "NONE", "NOREF", "0", "000000", "1", "XXXX", "SAME FOR ALL", "-", "N/A",
)  # fmt: skip


@pytest.mark.parametrize("word", NO_REFERENCES)
def test_payments_of_a_day_that_share_a_reference_are_as_many_payments(bank: Bank, word: str) -> None:
    content = camt(*(replace(told, reference=word) for told in THREE))

    assert ["certain"] * 3 == bank.take(content)
    assert [D("57.45"), D("57.77"), D("58.10")] == [bank.received(place) for place in range(3)]
    assert [BOOKED] * 3 == [line.reason for line in bank.look(content)]


@pytest.mark.parametrize("form", FORMS)
def test_two_equal_payments_are_two_and_the_same_file_again_books_none(bank: Bank, form: str) -> None:
    content = FORMS[form](RENT, RENT)

    assert ["certain", "certain"] == bank.take(content)
    assert D("119.00") == bank.received()
    assert ["passed", "passed"] == bank.take(content)


def test_numbers_that_begin_anew_in_each_statement_tell_nothing_apart(bank: Bank) -> None:
    one = camt(replace(THREE[0], entry_number="1"), replace(THREE[1], entry_number="2"), name="A")
    other = camt(replace(THREE[2], entry_number="1"), Told("61.55", "INV-2026-00001", entry_number="2"), name="B")

    assert ["certain"] * 2 == bank.take(one)
    assert ["certain"] * 2 == bank.take(other)
    assert D("119.00") == bank.received()


@pytest.mark.parametrize(("first", "second"), list(permutations(FORMS, 2)))
@pytest.mark.parametrize("reference", ["", "2026112000123456"])
def test_a_booking_is_one_payment_in_whatever_format_it_is_told_again(
    bank: Bank, first: str, second: str, reference: str
) -> None:
    bookings = [replace(RENT, reference=reference), replace(THREE[1], reference=reference and f"{reference}9")]

    assert ["certain", "certain"] == bank.take(FORMS[first](*bookings))
    assert ["passed", "passed"] == bank.take(FORMS[second](*bookings))
    assert D("59.50") == bank.received()


def test_a_second_equal_payment_that_a_later_format_tells_is_booked(bank: Bank) -> None:
    assert ["certain"] == bank.take(intraday(RENT))
    assert ["passed", "certain"] == bank.take(camt(RENT, RENT))
    assert D("119.00") == bank.received()


def test_an_account_is_the_same_by_its_national_number(bank: Bank) -> None:
    assert ["certain"] == bank.take(camt(RENT))
    assert ["passed"] == bank.take(swift(RENT, account="12030000/202051"))


def test_a_booking_that_was_pending_is_booked_once_when_it_is_booked(bank: Bank) -> None:
    assert [] == bank.take(intraday(replace(RENT, status="PDNG", reference="R-77110")))
    assert ["certain"] == bank.take(intraday(replace(RENT, reference="R-77110")))
    assert ["passed"] == bank.take(camt(replace(RENT, reference="R-77110", day="2026-11-21")))


def test_a_month_s_statement_knows_the_days_of_its_daily_ones(bank: Bank) -> None:
    assert ["certain"] == bank.take(camt(RENT, name="D20", days=("2026-11-20", "2026-11-20")))
    assert ["passed"] == bank.take(camt(RENT, name="M11", days=("2026-11-01", "2026-11-30")))


def test_a_statement_that_begins_where_the_other_ended_tells_of_another_payment(bank: Bank) -> None:
    assert ["certain"] == bank.take(camt(RENT, name="A", balances=("0.00", "59.50")))
    assert ["certain"] == bank.take(camt(RENT, name="B", balances=("59.50", "119.00")))
    assert ["passed"] == bank.take(camt(RENT, name="B", balances=("59.50", "119.00")))


def test_a_statement_written_again_as_the_day_grew_adds_only_what_is_new(bank: Bank) -> None:
    assert ["certain"] == bank.take(camt(RENT, name="A", balances=("0.00", "59.50")))
    assert ["passed", "certain"] == bank.take(camt(RENT, THREE[1], name="B", balances=("0.00", "117.27")))


def test_statements_with_several_bookings_in_common_tell_of_the_same(bank: Bank) -> None:
    assert ["certain"] * 2 == bank.take(camt(*THREE[:2], name="A"))
    assert ["passed", "passed", "certain"] == bank.take(camt(*THREE, name="B"))


def test_an_equal_payment_of_another_statement_is_left_with_both_shown(bank: Bank) -> None:
    bank.take(camt(RENT, name="A"))
    (line,) = bank.look(camt(RENT, name="B"))

    assert ("left", True, DOUBTFUL) == (line.outcome, line.by_hand, line.reason)
    assert line.earlier is not None
    assert ("A1", D("59.50"), date(2026, 11, 20), "INV-2026-00001") == (
        line.earlier.account, line.earlier.amount, line.earlier.booked_on, line.earlier.remittance,
    )  # fmt: skip

    assert ["left"] == bank.take(camt(RENT, name="B"), bank.world.accounts[0])
    assert D("119.00") == bank.received()
    assert ["passed"] == bank.take(camt(RENT, name="B"))


@pytest.mark.parametrize(
    "changes", [{"amount": "75.45"}, {"text": "INV-2026-00002"}, {"day": "2026-11-23"}, {"end_to_end": "OTHER-99"}]
)
def test_the_bank_s_name_of_a_booking_with_another_content_is_left_for_a_person(
    bank: Bank, changes: dict[str, str]
) -> None:
    first = replace(RENT, reference="2026112000123456", end_to_end="E2E-1001")
    bank.take(camt(first))
    (line,) = bank.look(camt(replace(first, **changes), name="2"))  # type: ignore[arg-type]  # any field

    assert ("left", DOUBTFUL) == (line.outcome, line.reason)
    assert line.earlier is not None
    assert D("59.50") == line.earlier.amount


def test_other_names_of_the_bank_or_of_the_payer_are_other_payments(bank: Bank) -> None:
    bank.take(camt(replace(RENT, reference="2026112000000001"), name="A"))

    assert ["certain"] == bank.take(camt(replace(RENT, reference="2026112000000002"), name="B"))


def test_equal_payments_of_two_days_are_two(bank: Bank) -> None:
    bank.take(table(RENT))

    assert ["certain"] == bank.take(table(replace(RENT, day="2026-11-21")))


def test_a_booking_that_a_file_tells_twice_is_booked_once(bank: Bank) -> None:
    report, statement = (camt(RENT, form=form).decode() for form in ("camt.052", "camt.053"))
    frame = statement.partition("<Stmt>")[2].partition("</BkToCstmrStmt>")[0]
    both = report.replace("</BkToCstmrAcctRpt>", f"<Stmt>{frame}</BkToCstmrAcctRpt>")

    assert [("certain", ""), ("passed", TWICE)] == [(line.outcome, line.reason) for line in bank.look(both.encode())]


def test_a_batch_that_one_format_tells_as_a_whole_is_left_when_its_parts_come(bank: Bank) -> None:
    parts = "".join(
        f"<TxDtls><Refs><AcctSvcrRef>BATCH1</AcctSvcrRef></Refs><Amt Ccy='EUR'>{told.amount}</Amt>"
        f"<RmtInf><Ustrd>{told.text}</Ustrd></RmtInf></TxDtls>"
        for told in THREE[:2]
    )
    batch = camt(Told("115.22", "", reference="BATCH1")).decode()
    start, end = batch.index("<TxDtls>"), batch.index("</NtryDtls>")
    in_parts = (batch[:start] + parts + batch[end:]).encode()

    assert ["left"] == bank.take(swift(Told("115.22", "Sammler")), bank.world.accounts[0])
    assert [DOUBTFUL, ""] == [line.reason for line in bank.look(in_parts)]


def test_the_parts_of_a_batch_share_its_reference_and_are_each_booked_once(bank: Bank) -> None:
    parts = "".join(
        f"<TxDtls><Refs><AcctSvcrRef>BATCH1</AcctSvcrRef></Refs><Amt Ccy='EUR'>{told.amount}</Amt>"
        f"<RmtInf><Ustrd>{told.text}</Ustrd></RmtInf></TxDtls>"
        for told in THREE[:2]
    )
    batch = camt(Told("115.22", "", reference="BATCH1")).decode()
    start, end = batch.index("<TxDtls>"), batch.index("</NtryDtls>")
    content = (batch[:start] + parts + batch[end:]).encode()

    assert ["certain", "certain"] == bank.take(content)
    assert ["passed", "passed"] == bank.take(content)


def test_money_that_somebody_entered_by_hand_is_not_booked_again_unasked(bank: Bank) -> None:
    account = bank.world.accounts[0]
    collect.pay(
        bank.world.session, account, D("59.50"), provider="bank", reference="seen online", day=date(2026, 11, 19),
        author="t",
    )  # fmt: skip
    (line,) = bank.look(camt(RENT))

    assert ("left", DOUBTFUL) == (line.outcome, line.reason)
    assert line.earlier is not None
    assert "seen online" == line.earlier.remittance


def test_the_same_money_that_somebody_entered_for_another_client_is_not_that_line(bank: Bank) -> None:
    collect.pay(
        bank.world.session, bank.world.accounts[1], D("59.50"), provider="bank", reference="seen online",
        day=date(2026, 11, 19), author="t",
    )  # fmt: skip

    assert ["certain"] == [line.outcome for line in bank.look(camt(RENT))]


def test_what_somebody_entered_with_the_reference_of_the_line_is_that_line(bank: Bank) -> None:
    (line,) = bank.look(camt(replace(RENT, text="no number at all")))
    collect.pay(
        bank.world.session, bank.world.accounts[0], D("59.50"), provider="bank", reference=line.line.reference,
        day=date(2026, 11, 20), author="t",
    )  # fmt: skip

    assert ["passed"] == bank.take(camt(replace(RENT, text="no number at all")))


def test_a_booking_without_a_day_has_that_of_its_statement_and_is_known_again(bank: Bank) -> None:
    undated = replace(RENT, dated=False)

    assert ["certain"] == bank.take(camt(undated, form="camt.052", name="R1", written="2026-11-20T08:00:00"))
    assert ["passed"] == bank.take(camt(undated, written="2026-11-21T06:00:00"))


def test_who_may_not_know_of_the_other_company_is_not_shown_its_booking(bank: Bank) -> None:
    first = camt(replace(RENT, reference="2026112000123456")).replace(
        b"DE02120300000000202051", b"FR1420041010050500013M02606"
    )
    bank.take(first)
    again = first.replace(b">59.50<", b">75.45<").replace(b"<Id>1</Id>", b"<Id>2</Id>")
    scope = Scope(frozenset({bank.world.entity + 1}))
    (line,) = match_lines(bank.world.session, lines_of(BytesIO(again)), scope)

    assert ("left", DOUBTFUL, None) == (line.outcome, line.reason, line.earlier)
    assert bank.look(again)[0].earlier is not None
