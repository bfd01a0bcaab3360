"""A bank account as documents print it."""

from cloud_service.documents.bank_lines import account_lines, account_rows
from cloud_service.documents.paper import Bank
from cloud_service.documents.translations import localizer_for

ENGLISH = localizer_for("en")
KENYA = Bank(
    "Lake", scheme="ke", bank_code="01", branch_code="094", account_number="1100161816677", bank_name="KCB",
    bic="KCBLKENX",
)  # fmt: skip


def test_each_part_has_its_label() -> None:
    assert [
        ("Bank", "KCB"), ("Bank code", "01"), ("Branch code", "094"), ("Account number", "1100161816677"),
        ("BIC", "KCBLKENX"),
    ] == account_rows(KENYA, ENGLISH)  # fmt: skip


def test_a_footer_has_few_lines_however_many_parts_there_are() -> None:
    assert [
        "Lake", "KCB · Bank code 01", "Branch code 094 · Account number 1100161816677", "BIC KCBLKENX",
    ] == account_lines(KENYA, ENGLISH)  # fmt: skip
    free = Bank("Lake", scheme="free", free_lines="a\nb\nc\nd\ne\nf")
    assert ["Lake", "a · b", "c · d", "e · f"] == account_lines(free, ENGLISH)
    assert ["Lake", "a"] == account_lines(Bank("Lake", scheme="free", free_lines="a"), ENGLISH)
