"""`energy-cloud einvoice rules`: added from a ZIP file, listed, removed."""

from pathlib import Path

import pytest

from cloud_service.documents.einvoice.render import render
from tests.cloud_service.cli.commands import call, printed
from tests.cloud_service.documents.papers import taxed_paper
from tests.cloud_service.flow.invoicing.test_einvoice_rules import XRECHNUNG, zipped


@pytest.mark.usefixtures("session")
def test_rules_are_added_listed_and_removed(named_database: str, tmp_path: Path) -> None:
    archive = tmp_path / "xrechnung.zip"
    archive.write_bytes(zipped(XRECHNUNG))
    added = call("einvoice", "rules", "add", str(archive))
    (rules,) = added["rules"]

    assert ("xrechnung", "ubl", "7.1", 64) == (rules["rules"], rules["syntax"], rules["version"], len(rules["sha256"]))
    assert added == call("einvoice", "rules", "list")
    assert "XRechnung-UBL-validation" in printed("einvoice", "rules", "list")
    assert {"removed": ["XRechnung-UBL-validation"]} == call("einvoice", "rules", "remove", "xrechnung")
    assert {"rules": []} == call("einvoice", "rules", "list")


def test_an_e_invoice_shows_its_totals(tmp_path: Path) -> None:
    file = tmp_path / "x.xml"
    file.write_bytes(render(taxed_paper()))

    assert ("RE-2026-004711", "649.93") == tuple(
        call("einvoice", "read", str(file))[name] for name in ("number", "total")
    )
    assert "649.93" in printed("einvoice", "read", str(file))
