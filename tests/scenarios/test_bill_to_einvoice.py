"""From commands to e-invoices: what is missing parks a bill by name; once it is there, the rules take every kind."""

from pathlib import Path

import pytest

from tests.cloud_service.cli.commands import call
from tests.scenarios.test_opening_index_to_invoice import EXCHANGE, house, move_in, october

__all__ = ["house"]  # a fixture is found by its name
pytestmark = pytest.mark.slow
KINDS = ("einvoice_cii", "einvoice_ubl", "xrechnung_cii", "xrechnung_ubl", "peppol_ubl")


@pytest.fixture
def flat(house: Path) -> Path:
    """A flat whose meter was exchanged in October, read by hand; its tenant wants XRechnung."""
    call("point", "add", "40001", "--site", "Hof", "--grid-id", "DE00012345678")
    for serial in ("40001", "40002"):
        call("meter", "add", serial, "--register", "import:kWh")
    call("meter", "mount", "40001", "--point", "40001", "--at", "2026-10-01T00:00+02:00", "--opening", "import=1000")
    move_in("V-1", "40001")
    call(*EXCHANGE, "--closing", "import=1040", "--opening", "import=0")
    call("readings", "enter", "40002", "import", "2026-11-01T00:00+01:00", "70", "--reason", "read by hand")
    call("readings", "validate")
    call("client", "edit", "C-1001", "--kind", "company", "--einvoice", "xrechnung_ubl")
    return house


def test_a_bill_waits_for_what_its_e_invoice_needs_and_then_has_every_kind(flat: Path) -> None:
    parked = october(code=6)["parked"]
    call("entity", "edit", "--vat-id", "DE123456789", "--phone", "+49 30 5550100", "--email", "hof@example.org",
         "--electronic-address", "9930:DE123456789")  # fmt: skip
    call("client", "edit", "C-1001", "--email", "anna@example.org", "--address", "Weg 1\\n10115 Berlin",
         "--electronic-address", "0204:04011000-1234512345-35")  # fmt: skip
    issued = october()
    number = call("bill", "list")[0]["number"]
    totals = set()
    for kind in KINDS:
        call("document", "bill", number, "--kind", kind, "--out", str(flat / kind))
        totals.add(call("einvoice", "read", str(flat / kind))["total"])
    xml = (flat / "xrechnung_ubl").read_text()

    assert "the seller needs a VAT id or a tax number, an e-mail address, a telephone number" in str(parked)
    assert ([], {call("bill", "show", number)["total"]}) == (issued["parked"], totals)
    for said in ("1000 kWh, 2026-10-01, read", "1040 kWh, 2026-10-10, read", "70 kWh", "DE00012345678"):
        assert said in xml
