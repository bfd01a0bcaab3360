"""A bill that people read and machines too: the PDF with its e-invoice inside (Factur-X, ZUGFeRD)."""

import io

import pikepdf

from cloud_service.documents.invoice_view import invoice_view
from cloud_service.documents.paper import InvoicePaper
from cloud_service.documents.theme import Theme
from cloud_service.documents.typesetter import typeset
from common.errors import InputError

FILE_NAME = "factur-x.xml"
NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
BAG = b"<pdfaExtension:schemas><rdf:Bag>"
END = b"</rdf:RDF>"
PROPERTIES = {
    "DocumentFileName": ("The name of the embedded invoice", FILE_NAME),
    "DocumentType": ("The type of the embedded document", "INVOICE"),
    "Version": ("The version of the embedded invoice's schema", "1.0"),
    "ConformanceLevel": ("The profile of the embedded invoice", "EN 16931"),
}


class NotArchivableError(InputError):
    """The PDF is no PDF/A: a letter on the bill is in none of our fonts."""


def render(paper: InvoicePaper, theme: Theme, xml: bytes) -> bytes:
    """The PDF/A-3a with the e-invoice attached, by our own template; equal input gives equal bytes."""
    if theme.renderer != "default":
        raise InputError("an own template cannot carry an e-invoice: it is no PDF/A", path="theme.renderer")
    view = invoice_view(paper, theme) | {"einvoice": {"name": FILE_NAME, "xml": xml.decode()}}
    return declare(typeset("invoice.typ", view, paper.bill_date))


def declare(pdf: bytes) -> bytes:
    """Write into the metadata that an e-invoice is attached, and what the new properties mean (PDF/A asks for that).

    The description joins the list that is there already: a second list would be invalid XMP.
    """
    with pikepdf.open(io.BytesIO(pdf)) as document:
        stream = document.Root.Metadata
        metadata = stream.read_bytes()
        if metadata.count(BAG) != 1 or metadata.count(END) != 1:
            raise NotArchivableError(
                "the PDF is no PDF/A and cannot carry an e-invoice",
                hint="a letter on the bill (an emoji in a name?) is in none of our fonts",
            )
        metadata = metadata.replace(BAG, BAG + _schema()).replace(END, _values() + END)
        stream.write(metadata)
        out = io.BytesIO()
        document.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.preserve)
    return out.getvalue()


def embedded(pdf: bytes) -> bytes:
    """The e-invoice inside a PDF, as it was put in."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        if FILE_NAME not in document.attachments:
            raise InputError("no e-invoice is attached")
        return bytes(document.attachments[FILE_NAME].get_file().read_bytes())


def carries(pdf: bytes) -> bool:
    """Whether an e-invoice is inside."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return FILE_NAME in document.attachments


def metadata_of(pdf: bytes) -> bytes:
    """The XMP packet of a PDF."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return bytes(document.Root.Metadata.read_bytes())


def _schema() -> bytes:
    items = "".join(
        '<rdf:li rdf:parseType="Resource">'
        f"<pdfaProperty:name>{name}</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType>"
        "<pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{meaning}</pdfaProperty:description></rdf:li>"
        for name, (meaning, _) in PROPERTIES.items()
    )
    return (
        '<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>'
        f"<pdfaSchema:namespaceURI>{NAMESPACE}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{items}</rdf:Seq></pdfaSchema:property></rdf:li>"
    ).encode()


def _values() -> bytes:
    values = "".join(f"<fx:{name}>{value}</fx:{name}>" for name, (_, value) in PROPERTIES.items())
    return f'<rdf:Description rdf:about="" xmlns:fx="{NAMESPACE}">{values}</rdf:Description>'.encode()
