"""Rules that the operator added, as files that the rules' process can read: written once a process, ended with it."""

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Protocol, cast

from cloud_service.documents.einvoice.kinds import Syntax
from cloud_service.documents.einvoice.rules.rule_set import Family, RuleSet


class AddedRules(Protocol):
    """What is known of added rules without their text."""

    @property
    def id(self) -> int:
        """Of its row."""

    @property
    def family(self) -> str:
        """Whose rules: xrechnung, peppol, en16931."""

    @property
    def syntax(self) -> str:
        """Of the XML: cii or ubl."""

    @property
    def name(self) -> str:
        """Of the file."""

    @property
    def version(self) -> str:
        """As the file says."""

    @property
    def sha256(self) -> bytes:
        """Of the stylesheet."""


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="energy-einvoice-rules-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def rule_sets(added: Iterable[AddedRules], stylesheet: Callable[[int], str]) -> list[RuleSet]:
    """The rules that are in use; `stylesheet` gives the text of an id, which this process asks for once."""
    sets = []
    for rules in added:
        file = _file(bytes(rules.sha256).hex())
        if not file.exists():
            stylesheet_file(bytes(rules.sha256).hex(), stylesheet(rules.id))
        family, syntax = cast("Family", rules.family), cast("Syntax", rules.syntax)
        sets.append(RuleSet(family, syntax, rules.name, rules.version, bytes(rules.sha256).hex(), file))
    return sets


def stylesheet_file(sha256: str, text: str) -> Path:
    """The text as a file, whole or not at all."""
    file = _file(sha256)
    draft = Path(tempfile.mkstemp(dir=_folder())[1])
    draft.write_text(text, encoding="utf-8")
    return draft.rename(file)


def _file(sha256: str) -> Path:
    return _folder() / f"{sha256}.xslt"
