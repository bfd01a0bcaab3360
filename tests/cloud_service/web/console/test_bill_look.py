import io
import struct
import zlib
from typing import Any

from cloud_service.documents.theme import read_theme
from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import database_rows

LOOK = {"primary": "#123456", "accent": "#abcdef", "paper": "us-letter", "show_name": "yes", "intro": "Dear tenant,"}


def png() -> bytes:
    """A red dot."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\x00\xff\x00\x00")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def where_of(console: Console) -> str:
    return f"/settings/entities/{console.ids['entity']}/look"


def themes(console: Console) -> list[Any]:
    return [row.theme for row in database_rows(console, "SELECT theme FROM legal_entity WHERE theme <> '{}'")]


def test_a_look_is_kept_and_audited_with_a_png_as_logo(fresh: Console) -> None:
    where = where_of(fresh)
    answer = post(fresh.sign_in("admin"), where, where, **LOOK, logo=(io.BytesIO(png()), "logo.png"))

    assert 302 == answer.status_code, answer.text
    (theme,) = themes(fresh)
    assert ("#123456", "us-letter", {"intro": {"en": "Dear tenant,"}}) == (
        theme["primary"], theme["paper"], theme["texts"],
    )  # fmt: skip
    assert "data:image/png;base64," in read_theme(theme).logo_svg
    assert 1 == len(database_rows(fresh, "SELECT 1 FROM audit WHERE action = 'theme.change'"))


def test_the_made_up_bill_is_drawn_before_anything_is_kept(fresh: Console) -> None:
    where = where_of(fresh)
    drawn = post(fresh.sign_in("admin"), where, f"{where}/preview", **LOOK)

    assert (200, b"%PDF") == (drawn.status_code, drawn.data[:4])
    assert [] == themes(fresh)
    assert b"%PDF" == fresh.sign_in("admin").get(f"{where}/bill.pdf").data[:4]


def test_a_look_that_cannot_be_drawn_says_why_in_the_frame(fresh: Console) -> None:
    where = where_of(fresh)
    for path, wrong in ((f"{where}/preview", {"primary": "red"}), (where, {"primary": "red"})):
        answer = post(fresh.sign_in("admin"), where, path, **(LOOK | wrong))
        assert (422, True) == (answer.status_code, "is not a colour" in answer.text)
    drawn = post(
        fresh.sign_in("admin"), where, f"{where}/preview", **LOOK, logo=(io.BytesIO(b"\xff\xd8\xff"), "photo.jpg")
    )
    assert "neither PNG nor SVG" in drawn.text
    assert "SAMEORIGIN" == drawn.headers["X-Frame-Options"]
    assert [] == themes(fresh)


def test_texts_in_other_languages_and_own_templates_stay(fresh: Console) -> None:
    database_rows(
        fresh,
        'UPDATE legal_entity SET theme = \'{"texts": {"intro": {"de": "Hallo"}}, "logo_height_mm": 30}\' RETURNING id',
    )
    where = where_of(fresh)
    post(fresh.sign_in("admin"), where, where, **LOOK)

    theme = next(theme for theme in themes(fresh) if "primary" in theme)
    assert ({"de": "Hallo", "en": "Dear tenant,"}, 30) == (theme["texts"]["intro"], theme["logo_height_mm"])


def test_only_who_manages_sets_the_look(console: Console) -> None:
    assert 404 == console.sign_in("billing").get(where_of(console)).status_code
