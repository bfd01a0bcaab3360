"""The look of a legal entity's documents: tried on a made-up bill before it is kept, so that no bad one is used."""

import base64
import struct
from collections.abc import Mapping
from typing import Any

from cloud_service.documents import invoice_pdf
from cloud_service.documents.sample import sample_invoice
from cloud_service.documents.theme import TEXTS, Theme, read_theme
from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.delivery import outgoing
from common.errors import InputError

TEXT_NAMES = TEXTS
LOGO_BYTES = 200_000  # of the file; a PNG grows by a third inside of the drawing
PNG = b"\x89PNG\r\n\x1a\n"
PNG_HEAD = 24  # bytes up to the end of its width and height
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
    '<image href="data:image/png;base64,{picture}" width="{width}" height="{height}"/></svg>'
)


def theme_of(theme_fields: Mapping[str, Any]) -> Theme:
    """The look with what is not said filled in."""
    return read_theme(theme_fields)


def logo_drawing(content: bytes) -> str:
    """A logo's file as SVG; a PNG is put into one. What a drawing may not hold is refused with the theme."""
    if len(content) > LOGO_BYTES:
        raise InputError("the logo is too large", path="logo", hint="at most 200 KB")
    if content.startswith(PNG) and len(content) > PNG_HEAD:
        width, height = struct.unpack(">II", content[16:PNG_HEAD])
        return DRAWING.format(width=width, height=height, picture=base64.b64encode(content).decode())
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("this is neither PNG nor SVG", path="logo") from None


def preview(theme_fields: Mapping[str, Any], *, locale: str = "en", currency: str = "EUR", seller: str = "") -> bytes:
    """A made-up bill in that look; InputError names every fault of the theme, or the fault of its template."""
    paper = sample_invoice(locale, currency=currency, **({"seller": seller} if seller else {}))
    return invoice_pdf.render(paper, read_theme(theme_fields))


def set_theme(session: Session, entity_id: int, theme_fields: Mapping[str, Any], *, author: str) -> None:
    """Use a theme from now on; documents that were made stay as they are. The change is audited."""
    preview(theme_fields)
    before = outgoing.theme(session, entity_id)
    outgoing.set_theme(session, entity_id, dict(theme_fields))
    change = log.AuditChange(author, "theme.change", f"legal_entity:{entity_id}", before, dict(theme_fields), "")
    log.record(session, [change])
