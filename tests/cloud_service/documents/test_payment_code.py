import subprocess
from decimal import Decimal
from pathlib import Path

import pytest

from cloud_service.documents import invoice_pdf
from cloud_service.documents.paper import Bank
from cloud_service.documents.payment_code import epc_fits, epc_text
from cloud_service.documents.theme import Theme
from tests.cloud_service.documents.papers import BANK, make_paper
from tests.programs import need_program

D = Decimal


def test_the_transfer_code_has_its_fields_in_the_order_of_the_guideline() -> None:
    text = epc_text(Bank("Stadtwerke\nMünchen", "DE02 1203 0000 0000 2020 51", "BYLADEM1001"), D("649.9"), "R\nBCD")

    head = ["BCD", "002", "1", "SCT", "BYLADEM1001"]
    assert [*head, "Stadtwerke München", "DE02120300000000202051", "EUR649.90", "", "", "R BCD"] == text.split("\n")


@pytest.mark.parametrize(
    ("bank", "amount", "currency", "fits"),
    [
        (BANK, "0.01", "EUR", True),
        (BANK, "999999999.99", "EUR", True),
        (BANK, "1000000000", "EUR", False),
        (BANK, "0", "EUR", False),
        (BANK, "1", "USD", False),
        (None, "1", "EUR", False),
        (Bank("X", "DE03120300000000202051"), "1", "EUR", False),
        (Bank("X", scheme="uk", bank_code="123456", account_number="12345678"), "1", "EUR", False),
    ],
)
def test_a_transfer_code_is_only_printed_where_banks_take_it(
    bank: Bank | None, amount: str, currency: str, fits: bool
) -> None:
    assert fits == epc_fits(bank, D(amount), currency)


def test_the_printed_codes_are_read_by_a_scanner(tmp_path: Path) -> None:
    to_pictures, scanner = need_program("pdftoppm"), need_program("zbarimg")
    paper = make_paper()
    (tmp_path / "bill.pdf").write_bytes(invoice_pdf.render(paper, Theme()))
    subprocess.run([to_pictures, "-r", "100", "-png", "bill.pdf", "bill"], cwd=tmp_path, check=True)
    pages = sorted(str(path) for path in tmp_path.glob("*.png"))
    read = subprocess.run([scanner, "--quiet", "--raw", *pages], capture_output=True, check=False, text=True).stdout

    assert epc_text(BANK, D("649.93"), paper.number) in read
    assert paper.pay_url in read
