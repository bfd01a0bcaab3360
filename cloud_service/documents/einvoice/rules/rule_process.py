"""The child process that runs the official rules: one line of JSON in, one out, its stylesheets kept compiled.

The library behind it is machine code that ends the process it is in when a thread of its own making is missing; so it
has a process for itself. It ends with its parent, whose end closes its input. `checker` starts it.
"""

import json
import resource
import sys
from typing import Any

from lxml import etree

REPORT = "{http://purl.oclc.org/dsdl/svrl}"
BROKEN = (f"{REPORT}failed-assert", f"{REPORT}successful-report")
SETTINGS = {
    "http://saxon.sf.net/feature/allowedProtocols": "file",
    "http://saxon.sf.net/feature/allow-external-functions": "off",
}


def main() -> None:
    """Answer orders until there are no more."""
    from saxonche import PySaxonProcessor

    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    processor = PySaxonProcessor(license=False)
    for name, value in SETTINGS.items():
        processor.set_configuration_property(name, value)
    sheets: dict[str, Any] = {}
    for line in sys.stdin.buffer:
        answer = _answer(processor, sheets, json.loads(line))
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
        sys.stdout.buffer.flush()


def _answer(processor: Any, sheets: dict[str, Any], order: dict[str, str]) -> dict[str, Any]:
    """The report of a stylesheet on a document; for a Schematron schema, the stylesheet that is made of it."""
    try:
        path = order["stylesheet"]
        if path not in sheets:
            sheets[path] = processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=path)
        if "file" in order:
            return {"text": sheets[path].transform_to_string(source_file=order["file"])}
        report = sheets[path].transform_to_string(xdm_node=processor.parse_xml(xml_text=order["xml"]))
    except Exception as error:  # noqa: BLE001 -- whatever a stylesheet does is said to who asked
        return {"error": " ".join(str(error).split())[:500]}
    return {"findings": [_finding(node) for node in etree.fromstring(report.encode()).iter(*BROKEN)]}


def _finding(node: Any) -> dict[str, Any]:
    text = " ".join("".join(node.itertext()).split())
    level = node.get("flag") or node.get("role") or "fatal"
    return {"rule": node.get("id", "?"), "is_warning": level.lower() not in ("fatal", "error"), "text": text}


if __name__ == "__main__":
    main()
