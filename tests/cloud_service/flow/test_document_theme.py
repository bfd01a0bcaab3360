import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow import document_theme
from cloud_service.flow.document_theme import preview, set_theme
from common.errors import InputError
from tests.books.world import build
from tests.cloud_service.documents.papers import text_of


def test_a_preview_is_a_made_up_bill_in_the_reader_s_language_and_currency() -> None:
    pdf = preview({}, locale="fr", currency="EUR", seller="Lumière SA")

    assert "Lumière SA" in text_of(pdf)
    assert pdf != preview({"primary": "#ff0000"}, locale="fr", currency="EUR", seller="Lumière SA")


def test_a_theme_is_kept_and_audited_with_what_was_before(session: Session) -> None:
    entity = build(session).entity
    for colour in ("#112233", "#445566"):
        set_theme(session, entity, {"primary": colour}, author="mary")

    before, after, subject = session.execute(
        text("SELECT before, after, subject FROM audit WHERE action = 'theme.change' ORDER BY id DESC LIMIT 1")
    ).one()
    assert ({"primary": "#112233"}, {"primary": "#445566"}, f"legal_entity:{entity}") == (before, after, subject)


def test_a_theme_with_a_fault_is_not_kept(session: Session) -> None:
    entity = build(session).entity

    with pytest.raises(InputError, match="primary"):
        set_theme(session, entity, {"primary": "red"}, author="mary")

    assert {} == session.execute(text("SELECT theme FROM legal_entity")).scalar()


def test_a_png_becomes_a_drawing_and_what_is_no_picture_is_refused() -> None:
    png = document_theme.PNG + bytes(8) + b"\x00\x00\x00\x10\x00\x00\x00\x08" + b"rest"
    assert 'viewBox="0 0 16 8"' in document_theme.logo_drawing(png)
    assert "<svg/>" == document_theme.logo_drawing(b"<svg/>")
    for content in (b"\xff\xd8\xff", bytes(document_theme.LOGO_BYTES + 1)):
        with pytest.raises(InputError):
            document_theme.logo_drawing(content)
