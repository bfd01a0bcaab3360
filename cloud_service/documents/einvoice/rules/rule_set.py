"""A set of official rules: a stylesheet that is handed an e-invoice and reports what it breaks."""

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from cloud_service.documents.einvoice.kinds import EinvoiceKind, Syntax
from cloud_service.documents.einvoice.render import official_folder

Family = Literal["en16931", "xrechnung", "peppol"]
SPECIFICATION_RULE = "FX-SCH-A-000556"  # Factur-X's: it takes no specification but its own
VERSION = re.compile(r"Schematron [Vv]ersion (\d[\w.]*)|^\s*Version: (\d[\w.]*)", re.MULTILINE)
HEAD = 4000  # characters in which a stylesheet says its version


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules of one body in one syntax, with what tells them from their other versions."""

    family: Family
    syntax: Syntax
    name: str  # the file's
    version: str
    sha256: str  # of the stylesheet and its code lists, hexadecimal
    stylesheet: Path
    left_out: tuple[str, ...] = ()  # rules that say nothing of this kind of e-invoice


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that an e-invoice breaks."""

    rule: str  # BR-CO-15 ...
    is_warning: bool
    text: str


def built_in(kind: EinvoiceKind) -> RuleSet:
    """The norm's own rules, as the e-invoice library brings them."""
    rules = _built_in(kind.syntax)
    if kind.syntax == "ubl" or kind.profile == "en16931":
        return rules
    return RuleSet(
        rules.family, rules.syntax, rules.name, rules.version, rules.sha256, rules.stylesheet, (SPECIFICATION_RULE,)
    )


@cache
def _built_in(syntax: Syntax) -> RuleSet:
    folder = official_folder()
    if syntax == "ubl":
        return rule_set("en16931", syntax, folder / "ubl-2.1" / "EN16931-UBL-validation.xslt")
    sheet = folder / "facturx-en16931" / "FACTUR-X_EN16931.xslt"
    return rule_set("en16931", syntax, sheet, sheet.with_name("FACTUR-X_EN16931_codedb.xml"))


def rule_set(family: Family, syntax: Syntax, stylesheet: Path, *code_lists: Path) -> RuleSet:
    """The rules of a stylesheet."""
    content = b"".join(file.read_bytes() for file in (stylesheet, *code_lists))
    version = VERSION.search(content[:HEAD].decode(errors="replace"))
    stated = next(filter(None, version.groups())) if version else ""
    return RuleSet(family, syntax, stylesheet.stem, stated, hashlib.sha256(content).hexdigest(), stylesheet)
