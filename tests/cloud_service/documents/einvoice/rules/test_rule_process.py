"""The process that runs rules: an order a line, an answer a line, an end when nobody orders any more."""

import json
import subprocess
import sys
from pathlib import Path

SHEET = """<xsl:stylesheet version="3.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
  xmlns:svrl="http://purl.oclc.org/dsdl/svrl"><xsl:template match="/"><svrl:schematron-output>
  <svrl:failed-assert id="A" flag="fatal"><svrl:text>not  so</svrl:text></svrl:failed-assert>
  <svrl:failed-assert id="B" flag="warning"><svrl:text>rather not</svrl:text></svrl:failed-assert>
  </svrl:schematron-output></xsl:template></xsl:stylesheet>"""


def test_each_order_is_answered_until_there_are_no_more(tmp_path: Path) -> None:
    sheet = tmp_path / "rules.xslt"
    sheet.write_text(SHEET)
    orders = [{"stylesheet": str(sheet), "xml": "<x/>"}, {"stylesheet": str(tmp_path / "none"), "xml": "<x/>"}]
    done = subprocess.run(
        [sys.executable, "-m", "cloud_service.documents.einvoice.rules.rule_process"],
        input="".join(json.dumps(order) + "\n" for order in orders), capture_output=True, text=True, check=True,
    )  # fmt: skip
    first, second = (json.loads(line) for line in done.stdout.splitlines())

    assert [("A", False, "not so"), ("B", True, "rather not")] == [
        (finding["rule"], finding["is_warning"], finding["text"]) for finding in first["findings"]
    ]
    assert ["error"] == list(second)
