"""Official rules out of the ZIP file in which their bodies publish them; nothing in it is trusted."""

import io
import re
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import get_args

from cloud_service.documents.einvoice.kinds import Syntax
from cloud_service.documents.einvoice.rules.checker import CHECKER
from cloud_service.documents.einvoice.rules.rule_set import HEAD, VERSION, Family
from common.errors import InputError

NAMES: dict[Family, re.Pattern[str]] = {  # how the bodies call their files
    "xrechnung": re.compile(r"XRechnung-(CII|UBL)-validation(-Invoice)?", re.IGNORECASE),
    "peppol": re.compile(r"PEPPOL-EN16931-(CII|UBL)", re.IGNORECASE),
    "en16931": re.compile(r"EN16931-(CII|UBL)-validation", re.IGNORECASE),
}
STYLESHEETS, SCHEMATRON = (".xslt", ".xsl"), (".sch",)
FILES_MAX, BYTES_MAX, RATIO_MAX = 2000, 100_000_000, 200
TRANSPILER = Path(__file__).parent / "schxslt2.xsl"
SCH = "http://purl.oclc.org/dsdl/schematron"
XSD = "http://www.w3.org/2001/XMLSchema"
READ = (*STYLESHEETS, *SCHEMATRON, ".xml")  # of a ZIP, what rules are made of


@dataclass(frozen=True, slots=True)
class ArchivedRules:
    """A stylesheet out of the archive."""

    family: Family
    syntax: Syntax
    name: str
    version: str
    stylesheet: str


def rules_in(archive: bytes, title: str) -> list[ArchivedRules]:
    """The rules of a ZIP file, as stylesheets; InputError where there are none or the file is not to be trusted."""
    with tempfile.TemporaryDirectory(prefix="energy-rules-") as folder:
        root = Path(folder)
        _unpack(archive, root)
        rules = [_rules(file, family, syntax, title) for (family, syntax), file in sorted(_chosen(root).items())]
    if not rules:
        raise InputError(
            "there are no rules of e-invoices in it", path=title,
            hint="take the ZIP of KoSIT (xrechnung-schematron), of Peppol (peppol-bis-invoice-3) or of the Commission "
            "(en16931-cii, en16931-ubl) as it was published",
        )  # fmt: skip
    return rules


def _unpack(archive: bytes, root: Path) -> None:
    """Stylesheets and schemas only, below the folder only, no more than rules are large."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            entries = [entry for entry in packed.infolist() if not entry.is_dir()]
            size = sum(entry.file_size for entry in entries)
            if len(entries) > FILES_MAX or size > BYTES_MAX or size > RATIO_MAX * max(len(archive), 1):
                raise InputError("the ZIP file is too large for rules", path="ZIP", hint="100 MB, 2,000 files at most")
            for entry in entries:
                if entry.filename.lower().endswith(READ):
                    _write(root, entry.filename, packed.read(entry))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise InputError(f"it is no ZIP file that can be read: {error}", path="ZIP") from error


def _write(root: Path, name: str, content: bytes) -> None:
    place = PurePosixPath(name.replace("\\", "/"))
    if place.is_absolute() or ".." in place.parts or ":" in name or "\x00" in name:
        raise InputError(f"{name!r} points out of the ZIP file", path="ZIP", hint="fetch it anew from who published it")
    file = root / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def _chosen(root: Path) -> dict[tuple[Family, Syntax], Path]:
    """The file of each body and syntax: a stylesheet before a schema, the shortest path of several."""
    chosen: dict[tuple[Family, Syntax], Path] = {}
    order = sorted(root.rglob("*"), key=lambda file: (file.suffix in SCHEMATRON, len(file.parts), str(file)))
    for file in order:
        if file.suffix.lower() not in STYLESHEETS + SCHEMATRON:
            continue
        for family in get_args(Family):
            match = NAMES[family].fullmatch(file.stem)
            if match:
                syntax: Syntax = "cii" if match[1].upper() == "CII" else "ubl"
                chosen.setdefault((family, syntax), file)
    return chosen


def _rules(file: Path, family: Family, syntax: Syntax, title: str) -> ArchivedRules:
    source = file.read_text(encoding="utf-8-sig", errors="replace")
    version = VERSION.search(source[:HEAD])
    stated = next(filter(None, version.groups()), "") if version else ""
    sheet = source if file.suffix.lower() in STYLESHEETS else _transpiled(file)
    return ArchivedRules(family, syntax, file.stem, stated or Path(title).stem, sheet)


def _transpiled(file: Path) -> str:
    """A Schematron schema as a stylesheet. One that uses `xs:` without saying what that is gets it said."""
    from lxml import etree

    try:
        root = etree.parse(file, etree.XMLParser(resolve_entities=False, no_network=True)).getroot()
    except etree.XMLSyntaxError as error:
        raise InputError(f"no XML: {error}", path=file.name) from error
    if not any(node.get("prefix") == "xs" for node in root.iter(f"{{{SCH}}}ns")):
        renewed = etree.Element(root.tag, dict(root.attrib), nsmap={**root.nsmap, "xs": XSD})
        etree.SubElement(renewed, f"{{{SCH}}}ns", {"prefix": "xs", "uri": XSD})
        renewed.extend(root)
        file.write_bytes(etree.tostring(renewed))
    return CHECKER.stylesheet(TRANSPILER, file)
