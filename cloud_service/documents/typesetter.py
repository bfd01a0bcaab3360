"""Typst as we use it: our own fonts only, no packages, no files but the template's, equal bytes for equal input."""

import json
import logging
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Final, Literal

import typst

from common.errors import InputError

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
FONTS = HERE / "fonts"
Standard = Literal["a-3a", "ua-1"]
ARCHIVABLE: Final[list[Standard]] = ["a-3a", "ua-1"]  # archives and screen readers; a file can be attached
NO_GLYPH = "could not be displayed with"
_one_at_a_time = Lock()
log = logging.getLogger(__name__)


@cache
def _compiler() -> typst.Compiler:
    """One compiler a process: fonts are read once, what did not change is not set again."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
    nowhere = HERE / "no_packages"
    return typst.Compiler(root=TEMPLATES, font_paths=fonts, package_path=nowhere, package_cache_path=nowhere)


def typeset(template: str, view: Mapping[str, Any], day: date) -> bytes:
    """The PDF of one of our templates; `day` is written as its creation date, so that equal input gives equal bytes.

    It is PDF/A-3a and PDF/UA-1. Only a letter that none of our fonts can draw (an emoji in a name) makes it a plain
    PDF with a box in that place: a bill that cannot be archived is better than no bill.
    """
    inputs = {"view": json.dumps(view, ensure_ascii=False, sort_keys=True)}
    try:
        return _compile(template, inputs, day, ARCHIVABLE)
    except typst.TypstError as error:
        if NO_GLYPH not in error.message:
            raise InputError(f"cannot set the page: {error.message}", path=template) from error
        log.warning("%s: %s; written without the archive standard", template, error.message)
        return _compile(template, inputs, day, [])


def _compile(template: str, inputs: dict[str, str], day: date, standards: list[Standard]) -> bytes:
    with _one_at_a_time:
        pdf = _compiler().compile(
            TEMPLATES / template,
            format="pdf",
            sys_inputs=inputs,
            pdf_standards=[*standards],
            timestamp=datetime.combine(day, time(), UTC),
        )
    if not isinstance(pdf, bytes):
        raise InputError("the page came out empty", path=template)
    return pdf
