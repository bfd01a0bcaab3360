"""The PDF that carries its e-invoice."""

import io

import pikepdf
import pytest
from lxml import etree

from cloud_service.documents.einvoice import hybrid_pdf
from cloud_service.documents.einvoice.render import render
from cloud_service.documents.theme import Theme
from common.errors import InputError
from tests.cloud_service.documents.papers import taxed_paper


def test_the_hybrid_bill_carries_the_very_e_invoice_and_stays_archivable() -> None:
    xml = render(taxed_paper())
    pdf = hybrid_pdf.render(taxed_paper(), Theme(), xml)

    assert xml == hybrid_pdf.embedded(pdf)
    assert pdf == hybrid_pdf.render(taxed_paper(), Theme(), xml)
    metadata = hybrid_pdf.metadata_of(pdf)
    etree.fromstring(metadata)
    assert 1 == metadata.count(b"<pdfaExtension:schemas>") == metadata.count(b"<rdf:RDF")
    assert b"<pdfaid:part>3</pdfaid:part>" in metadata
    assert b"<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>" in metadata


def test_an_own_template_carries_no_e_invoice() -> None:
    with pytest.raises(InputError, match="PDF/A"):
        hybrid_pdf.render(taxed_paper(), Theme(renderer="html", template="x"), b"<x/>")


def test_a_pdf_without_an_e_invoice_or_without_metadata_is_refused() -> None:
    out = io.BytesIO()
    pikepdf.new().save(out)

    with pytest.raises(InputError, match="no e-invoice is attached"):
        hybrid_pdf.embedded(out.getvalue())
