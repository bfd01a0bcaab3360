"""The look of a legal entity's documents: tried on a made-up bill before it is kept, so that no bad one is used."""

from collections.abc import Mapping
from typing import Any

from cloud_service.documents import invoice_pdf
from cloud_service.documents.sample import sample_invoice
from cloud_service.documents.theme import read_theme
from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.delivery import outgoing


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
