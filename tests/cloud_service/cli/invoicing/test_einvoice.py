"""`energy-cloud einvoice rules`: added from a ZIP file, listed, removed."""

from pathlib import Path

import pytest

from tests.cloud_service.cli.commands import call, printed
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
