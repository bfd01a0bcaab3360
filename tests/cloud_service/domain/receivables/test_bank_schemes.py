"""Bank accounts as their countries write them."""

import pytest

from cloud_service.documents.paper import Bank
from cloud_service.domain.receivables.bank_schemes import (
    SCHEMES,
    account_id,
    checked_parts,
    printed_parts,
    valid_iban,
    valid_routing_number,
)
from common.errors import InputError


@pytest.mark.parametrize(
    "iban", ["DE02120300000000202051", "DE02 1203 0000 0000 2020 51", "GB82WEST12345698765432", "NO9386011117947"]
)
def test_true_ibans_are_known_by_their_check_digits(iban: str) -> None:
    assert valid_iban(iban)


@pytest.mark.parametrize(
    "iban", ["DE03120300000000202051", "DE02120300000000202015", "", "DE", "₠" * 20, "DE02-1203-0000"]
)
def test_false_ibans_are_refused(iban: str) -> None:
    assert not valid_iban(iban)


@pytest.mark.parametrize(("number", "valid"), [("021000021", True), ("011401533", True), ("021000012", False)])
def test_a_routing_number_is_known_by_its_check_digit(number: str, valid: bool) -> None:
    assert valid == valid_routing_number(number)


@pytest.mark.parametrize(
    ("bank", "printed"),
    [
        (Bank("X", "de02 1203 0000 0000 2020 51"), [("iban", "DE02 1203 0000 0000 2020 51")]),
        (
            Bank("X", scheme="us", bank_code="0210-0002-1", account_number="000123456789", bank_name="Chase"),
            [("bank_name", "Chase"), ("routing_number", "021000021"), ("account_number", "000123456789")],
        ),
        (
            Bank("X", scheme="uk", bank_code="12 34 56", account_number="12345678", bic="barcgb22"),
            [("sort_code", "12-34-56"), ("account_number", "12345678"), ("bic", "BARCGB22")],
        ),
        (
            Bank("X", scheme="in", bank_code="hdfc0001234", account_number="50100012345678"),
            [("ifsc", "HDFC0001234"), ("account_number", "50100012345678")],
        ),
        (
            Bank("X", scheme="ke", bank_code="01", branch_code="094", account_number="1100161816677"),
            [("bank_code", "01"), ("branch_code", "094"), ("account_number", "1100161816677")],
        ),
        (Bank("X", scheme="ke_paybill", bank_code="247247"), [("paybill", "247247")]),
        (
            Bank("X", scheme="au", bank_code="062-000", account_number="12345678"),
            [("bsb", "062-000"), ("account_number", "12345678")],
        ),
        (
            Bank("X", scheme="free", free_lines=" Bank of  Narnia \n\nAccount 7"),
            [("free_lines", "Bank of Narnia"), ("", "Account 7")],
        ),
    ],
)
def test_an_account_is_kept_bare_and_printed_in_groups(bank: Bank, printed: list[tuple[str, str]]) -> None:
    kept = Bank("X", **checked_parts(bank))

    assert printed == [(word, value.replace("\u00a0", " ")) for word, value in printed_parts(kept)]


@pytest.mark.parametrize(
    ("bank", "path", "said"),
    [
        (Bank("X", "DE03120300000000202051"), "iban", "check digits do not fit"),
        (Bank("X"), "iban", "the iban is missing"),
        (Bank("X", scheme="us", bank_code="021000012", account_number="12345"), "bank_code", "check digits"),
        (Bank("X", scheme="us", bank_code="02100002", account_number="12345"), "bank_code", "no routing number"),
        (Bank("X", scheme="us", bank_code="021000021"), "account_number", "missing"),
        (Bank("X", scheme="uk", bank_code="12345", account_number="12345678"), "bank_code", "six digits"),
        (Bank("X", scheme="uk", bank_code="123456", account_number="1234567"), "account_number", "eight digits"),
        (Bank("X", scheme="in", bank_code="HDFC1001234", account_number="501000123"), "bank_code", "a zero"),
        (Bank("X", scheme="ke", bank_code="01", branch_code="94", account_number="110016181"), "branch_code", "three"),
        (Bank("X", scheme="au", bank_code="06200", account_number="12345678"), "bank_code", "no bsb"),
        (Bank("X", "DE02120300000000202051", scheme="au"), "iban", "has none"),
        (Bank("X", "DE02120300000000202051", bic="DEUT"), "bic", "8 or 11"),
        (Bank("X", scheme="free"), "free_lines", "where the money goes"),
        (Bank("X", scheme="free", free_lines="a\n" * 7), "free_lines", "at most 6 lines"),
        (Bank("X", "DE02120300000000202051", free_lines="a"), "free_lines", "of their own"),
        (Bank("X", scheme="moon"), "scheme", "no way to write an account"),
        (Bank("X", scheme="uk", bank_code="١٢٣٤٥٦", account_number="12345678"), "bank_code", "six digits"),
    ],
)
def test_what_is_wrong_with_an_account_is_said_at_its_part(bank: Bank, path: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        checked_parts(bank)

    assert path == caught.value.path
    assert said in str(caught.value)


def test_machines_compare_an_account_by_one_text() -> None:
    assert "12345612345678" == account_id(Bank("X", scheme="uk", bank_code="123456", account_number="12345678"))
    assert "DE02120300000000202051" == account_id(Bank("X", "DE02120300000000202051"))
    assert "" == account_id(Bank("X", scheme="free", free_lines="Here"))


def test_every_part_of_every_scheme_has_its_word_once() -> None:
    for scheme, parts in SCHEMES.items():
        words = [part.word for part in parts]
        assert len(set(words)) == len(words), scheme
