from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from cloud_service.domain.receivables.bank_line import BankLine, StatementHead
from cloud_service.domain.receivables.bank_line_likeness import Likeness, is_same_account, likeness, says_the_same

IBAN = "DE89370400440532013000"
STATEMENT = StatementHead("camt.053", "S1", "2026-11-21")
LINE = BankLine(
    IBAN, "", date(2026, 11, 20), Decimal("59.50"), "EUR", "INV-2026-00001 Rate 1", payer="Anna", head=STATEMENT
)
SWIFT = replace(LINE, head=StatementHead("mt940", "324"))
SAME, DOUBTFUL, OTHER = Likeness.SAME, Likeness.DOUBTFUL, Likeness.OTHER


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (IBAN, "DE89 3704 0044 0532 0130 00", True),
        (IBAN, "37040044/532013000", True),
        (IBAN, "37040044/0532013000EUR", True),
        (IBAN, "37040044/999", False),
        (IBAN, "DE02120300000000202051", False),
        (IBAN, "", True),
        ("1234", "1235", False),
    ],
)
def test_an_account_is_known_in_all_its_forms(one: str, other: str, same: bool) -> None:
    assert (same, same) == (is_same_account(one, other), is_same_account(other, one))


@pytest.mark.parametrize(
    ("text", "agrees"),
    [
        ("INV-2026-00001 Rate 1", True),
        ("inv 2026/00001 rate 1", True),
        ("INV-2026-000", True),  # cut off
        ("SEPA credit of Anna: INV-2026-00001, Rate 1", True),
        ("", True),
        ("INV-2026-00001 Rate 2", False),
        ("INV-2026-00002", False),
        ("thank you", False),
    ],
)
def test_another_format_may_say_less_or_more_but_not_something_else(text: str, agrees: bool) -> None:
    assert agrees is says_the_same(replace(SWIFT, remittance=text), LINE)


def test_one_format_says_a_booking_always_in_the_same_words() -> None:
    assert not says_the_same(replace(LINE, remittance="INV-2026-00001"), LINE)
    assert not says_the_same(replace(LINE, payer="Berta"), LINE)
    assert says_the_same(LINE, LINE)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, SAME),
        ({"currency": "CHF"}, OTHER),
        ({"account": "DE02120300000000202051"}, OTHER),
        ({"amount": Decimal("-59.50")}, OTHER),
        ({"amount": Decimal("60.00")}, OTHER),
        ({"booked_on": date(2026, 11, 21)}, OTHER),
        ({"end_to_end_id": "E-1"}, SAME),
        ({"payer_iban": "GB82WEST12345698765432"}, OTHER),
        ({"head": StatementHead("camt.053", "S2")}, DOUBTFUL),
        ({"head": replace(STATEMENT, written_at="2026-11-22")}, DOUBTFUL),
        ({"head": StatementHead("camt.052", "R1")}, SAME),
        ({"head": StatementHead("camt.052", "R1"), "booked_on": date(2026, 11, 21)}, OTHER),
        ({"head": StatementHead("camt.052"), "booked_on": date(2026, 11, 21), "is_dated": False}, SAME),
        ({"head": StatementHead("camt.052"), "booked_on": date(2026, 11, 21), "value_day": date(2026, 11, 20)}, SAME),
    ],
)
def test_without_a_name_all_that_a_line_says_decides(change: dict[str, object], expected: Likeness) -> None:
    assert expected is likeness(replace(LINE, **change), LINE)  # type: ignore[arg-type]  # any field


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, SAME),
        ({"amount": Decimal("60.00")}, DOUBTFUL),
        ({"remittance": "INV-2026-00002"}, DOUBTFUL),
        ({"booked_on": date(2026, 11, 25)}, DOUBTFUL),
        ({"booked_on": date(2026, 12, 20)}, OTHER),
        ({"bank_names": ("bank:R-2",)}, OTHER),
        ({"bank_names": ("bank:R-2", "tx:T-1")}, SAME),
        ({"bank_names": ("bank:R-2",), "head": StatementHead("csv")}, SAME),
    ],
)
def test_with_a_name_of_the_bank_s_another_content_is_doubtful(change: dict[str, object], expected: Likeness) -> None:
    earlier = replace(LINE, bank_names=("bank:R-1", "tx:T-1"))

    assert expected is likeness(replace(earlier, **change), earlier)  # type: ignore[arg-type]  # any field


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"opening": Decimal(1), "closing": Decimal(2)}, {"opening": Decimal(1), "closing": Decimal(5)}, SAME),
        ({"opening": Decimal(2), "closing": Decimal(5)}, {"opening": Decimal(1), "closing": Decimal(2)}, OTHER),
        ({"opening": Decimal(1), "closing": Decimal(2)}, {"opening": Decimal(2), "closing": Decimal(5)}, OTHER),
        ({"opening": Decimal(7), "closing": Decimal(9)}, {"opening": Decimal(1), "closing": Decimal(2)}, DOUBTFUL),
    ],
)
def test_balances_tell_whether_two_statements_overlap(
    one: dict[str, Decimal], other: dict[str, Decimal], expected: Likeness
) -> None:
    line = replace(LINE, head=StatementHead("mt940", "2", **one))  # type: ignore[arg-type]  # balances

    assert expected is likeness(line, replace(LINE, head=StatementHead("mt940", "1", **other)))  # type: ignore[arg-type]  # balances


def test_a_part_of_a_batch_may_be_in_a_booking_of_its_whole() -> None:
    part = replace(SWIFT, amount=Decimal("20.00"), batch_total=Decimal("59.50"))

    assert (DOUBTFUL, DOUBTFUL) == (likeness(part, LINE), likeness(LINE, part))


def test_money_that_went_out_under_a_name_is_another_booking_than_what_came_in_under_it() -> None:
    by_bank_name = replace(LINE, bank_names=("bank:X-1",))

    assert OTHER is likeness(by_bank_name, replace(by_bank_name, amount=-by_bank_name.amount))
    assert OTHER is likeness(replace(by_bank_name, amount=Decimal("-1.00")), by_bank_name)


def test_what_payers_call_two_payments_differently_is_two_in_any_format() -> None:
    by_end_to_end_id = replace(LINE, end_to_end_id="RENT-1")

    assert says_the_same(replace(SWIFT, end_to_end_id="rent 1"), by_end_to_end_id)
    assert says_the_same(SWIFT, by_end_to_end_id)  # it does not say a name
    for other in (LINE, SWIFT):
        assert not says_the_same(replace(other, end_to_end_id="RENT-2"), by_end_to_end_id)
        assert OTHER is likeness(replace(other, end_to_end_id="RENT-2"), by_end_to_end_id)
