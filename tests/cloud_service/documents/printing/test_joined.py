"""A letter and what goes behind it."""

from io import BytesIO

import pypdf

from cloud_service.documents import receipt_pdf
from cloud_service.documents.printing.joined import joined
from cloud_service.documents.theme import Theme
from tests.cloud_service.domain.invoicing.test_payment_receipt import receipt


def test_pages_follow_each_other_and_one_alone_stays_as_it_is() -> None:
    first, second = (receipt_pdf.render(receipt(number=number), Theme()) for number in ("RC-1", "RC-2"))

    assert first == joined(first, [])
    pages = [page.extract_text() for page in pypdf.PdfReader(BytesIO(joined(first, [second]))).pages]
    assert [True, True] == ["RC-1" in pages[0], "RC-2" in pages[1]]
