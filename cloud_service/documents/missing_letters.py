"""Letters that the HTML renderer would leave out: reportlab prints nothing for what a font lacks, and says nothing."""

import unicodedata
from collections.abc import Iterable
from typing import Any

UNSEEN = ("Cc", "Cf", "Zs", "Zl", "Zp")  # categories that print nothing in any font
SHOWN = 10


def note_missing_letters() -> set[str]:
    """From now on, in this process: the letters that a font was asked for and does not have."""
    from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped]  # ships no types
    from reportlab.pdfgen import textobject  # type: ignore[import-untyped]

    missing: set[str] = set()
    split, encode = TTFont.splitString, textobject.pdfmetrics_unicode2T1

    def split_noting(font: Any, text: str | bytes, *rest: Any, **options: Any) -> Any:
        letters = text.decode() if isinstance(text, bytes) else text
        missing.update(letter for letter in letters if is_seen(letter) and ord(letter) not in font.face.charToGlyph)
        return split(font, text, *rest, **options)

    def encode_noting(text: str | bytes, fonts: list[Any]) -> Any:
        letters = text.decode() if isinstance(text, bytes) else text
        missing.update(letter for letter in letters if is_seen(letter) and not _is_encoded(letter, fonts))
        return encode(text, fonts)

    TTFont.splitString, textobject.pdfmetrics_unicode2T1 = split_noting, encode_noting
    return missing


def is_seen(letter: str) -> bool:
    """Whether a letter leaves something on the paper."""
    return unicodedata.category(letter) not in UNSEEN


def sentence_of(missing: Iterable[str]) -> str:
    """The letters in a sentence for the template's author, the first ones by their names."""
    letters = sorted({unicodedata.normalize("NFKC", letter) for letter in missing})  # Arabic comes in its joined forms
    names = ", ".join(
        f"{letter} ({unicodedata.name(letter[0], 'without a name').lower()})" for letter in letters[:SHOWN]
    )
    more = f" and {len(letters) - SHOWN} more" if len(letters) > SHOWN else ""
    return (
        f"the font of the place has no letter {names}{more}: name a font-family that has it (Noto Sans, Noto Sans"
        " Arabic, Noto Sans Thai), or use the renderer typst, which takes each letter from the font that has it"
    )


def _is_encoded(letter: str, fonts: list[Any]) -> bool:
    for font in fonts:
        try:
            letter.encode(font.encName)
        except (UnicodeEncodeError, LookupError):
            continue
        return True
    return False
