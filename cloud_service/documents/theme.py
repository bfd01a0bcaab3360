"""How an operator's documents look: one record of logo, colours, texts and blocks, checked where it enters."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from xml.etree import ElementTree as ET

from common.errors import InputError

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
BLOCKS = ("summary", "chart", "readings", "qr", "bank", "footer", "notes")
RENDERERS = ("default", "typst", "html")
EINVOICES = ("", "factur-x")
TEXTS = ("intro", "closing", "footer", "payment")
LOGO_BYTES_MAX = 300_000
TEMPLATE_BYTES_MAX = 200_000
_ACTIVE = ("script", "foreignObject", "iframe", "audio", "video", "handler", "set", "animate")
_OUTSIDE = re.compile(r"@import|url\(\s*['\"]?(?!#)", re.IGNORECASE)
_INSIDE = ("#", "data:image/png;", "data:image/jpeg;")

BOLT_LOGO = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64">
<defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="{primary}"/>
<stop offset="1" stop-color="{accent}"/></linearGradient></defs>
<circle cx="32" cy="32" r="31" fill="url(#g)"/>
<path d="M35.6 11.5 18.2 36.1h11.6l-3.1 16.4L45 27.4H32.7z" fill="#ffffff"/></svg>"""


@dataclass(frozen=True, slots=True)
class Theme:
    """The look of all documents of one legal entity. Texts are per language, `{"de": "…", "en": "…"}`.

    `logo_svg` empty draws a plain mark with the seller's name beside it. `renderer` chooses who lays the page out:
    `default` is ours, `typst` and `html` take the operator's own `template`.
    """

    primary: str = "#0b6e7f"
    accent: str = "#2f9e44"
    ink: str = "#1b2a33"
    logo_svg: str = ""
    logo_height_mm: int = 18
    show_name: bool = True  # the seller's name beside the logo
    paper: str = "a4"
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    hidden_blocks: frozenset[str] = frozenset()
    renderer: str = "default"
    template: str = ""
    einvoice: str = ""  # "factur-x": companies' bills carry their e-invoice inside

    def shows(self, block: str) -> bool:
        """Whether a block is printed."""
        return block not in self.hidden_blocks

    def text(self, name: str, language: str) -> str:
        """An operator's text in that language, else in English, else any, else empty."""
        by_language = self.texts.get(name, {})
        return by_language.get(language) or by_language.get("en") or next(iter(by_language.values()), "")

    def logo(self) -> str:
        """The logo as SVG text."""
        return self.logo_svg or BOLT_LOGO.format(primary=self.primary, accent=self.accent)


def read_theme(record: Mapping[str, Any]) -> Theme:
    """The theme of a legal entity's JSON record; every fault is named in one InputError."""
    faults = [f"{name}: unknown field" for name in record if name not in {item.name for item in fields(Theme)}]
    faults += [fault for check in _CHECKS for fault in check(record)]
    if faults:
        raise InputError("; ".join(faults), path="theme", hint="see docs/documents.md")
    values = dict(record)
    if "hidden_blocks" in values:
        values["hidden_blocks"] = frozenset(values["hidden_blocks"])
    return Theme(**values)


def _colours(record: Mapping[str, Any]) -> list[str]:
    return [
        f"{name}: {record[name]!r} is not a colour like #0b6e7f"
        for name in ("primary", "accent", "ink")
        if name in record and not (isinstance(record[name], str) and COLOUR.fullmatch(record[name]))
    ]


def _choices(record: Mapping[str, Any]) -> list[str]:
    faults = []
    if record.get("renderer", "default") not in RENDERERS:
        faults.append(f"renderer: {record['renderer']!r} is none of {', '.join(RENDERERS)}")
    if record.get("einvoice", "") not in EINVOICES:
        faults.append(f"einvoice: {record['einvoice']!r} is none of {', '.join(filter(None, EINVOICES))}")
    if record.get("einvoice") and record.get("renderer", "default") != "default":
        faults.append("einvoice: own templates make no PDF/A and cannot carry one")
    if record.get("paper", "a4") not in ("a4", "us-letter"):
        faults.append(f"paper: {record['paper']!r} is neither a4 nor us-letter")
    hidden = record.get("hidden_blocks", [])
    if not isinstance(hidden, (list, tuple, frozenset)):
        return [*faults, "hidden_blocks: not a list"]
    faults += [f"hidden_blocks: {block!r} is none of {', '.join(BLOCKS)}" for block in hidden if block not in BLOCKS]
    return faults


def _sizes(record: Mapping[str, Any]) -> list[str]:
    height = record.get("logo_height_mm", 18)
    faults = []
    if isinstance(height, bool) or not isinstance(height, int) or not 5 <= height <= 40:  # noqa: PLR2004 - millimetres
        faults.append(f"logo_height_mm: {height!r} is not 5 to 40")
    if not isinstance(record.get("show_name", True), bool):
        faults.append("show_name: not true or false")
    return faults


def _texts(record: Mapping[str, Any]) -> list[str]:
    texts = record.get("texts", {})
    if not isinstance(texts, Mapping):
        return ["texts: not a table"]
    faults = [f"texts.{name}: none of {', '.join(TEXTS)}" for name in texts if name not in TEXTS]
    return faults + [
        f"texts.{name}: not a table of language and text"
        for name, by_language in texts.items()
        if not isinstance(by_language, Mapping) or not all(isinstance(text, str) for text in by_language.values())
    ]


def _template(record: Mapping[str, Any]) -> list[str]:
    template = record.get("template", "")
    if not isinstance(template, str) or len(template.encode()) > TEMPLATE_BYTES_MAX:
        return [f"template: not a text of at most {TEMPLATE_BYTES_MAX} bytes"]
    if record.get("renderer", "default") != "default" and not template.strip():
        return ["template: empty, but the renderer needs one"]
    return []


def _logo(record: Mapping[str, Any]) -> list[str]:
    """A logo is a drawing: no scripts, no pictures from elsewhere, no entities."""
    svg = record.get("logo_svg", "")
    if not svg:
        return []
    if not isinstance(svg, str) or len(svg.encode()) > LOGO_BYTES_MAX:
        return [f"logo_svg: not a text of at most {LOGO_BYTES_MAX} bytes"]
    if "<!DOCTYPE" in svg or "<!ENTITY" in svg:
        return ["logo_svg: document types and entities are not allowed"]
    try:
        root = ET.fromstring(svg)  # noqa: S314 - entities were refused above
    except ET.ParseError as error:
        return [f"logo_svg: not SVG ({error})"]
    if root.tag.rpartition("}")[2] != "svg":
        return ["logo_svg: the root is not <svg>"]
    return [fault for node in root.iter() if isinstance(node.tag, str) for fault in _drawing_faults(node)]


def _drawing_faults(node: ET.Element) -> Iterator[str]:
    """What makes a drawing more than a drawing: scripts, events, anything fetched from elsewhere."""
    name = node.tag.rpartition("}")[2]
    if name in _ACTIVE:
        yield f"logo_svg: <{name}> is not allowed"
    if name == "style" and _OUTSIDE.search(node.text or ""):
        yield "logo_svg: a style that fetches something from elsewhere"
    for attribute, value in node.attrib.items():
        short = attribute.rpartition("}")[2].lower()
        if short.startswith("on"):
            yield f"logo_svg: the event {short} is not allowed"
        if short in ("href", "src") and not value.strip().lower().startswith(_INSIDE):
            yield f"logo_svg: <{name}> fetches something from elsewhere"
        if _OUTSIDE.search(value):
            yield f"logo_svg: the {short} of <{name}> fetches something from elsewhere"


_CHECKS = (_colours, _choices, _sizes, _texts, _template, _logo)
