"""Rules that the operator adds: out of a ZIP that nobody trusts, tried, used from then on, removed again."""

import io
import zipfile

import pytest
from sqlalchemy.orm import Session

from cloud_service.flow import deliver
from cloud_service.flow.invoicing import einvoice_rules
from common.errors import InputError, NotFoundError
from tests.cloud_service.documents.einvoice.stored_bills import bill, operator, tariff

SCHEMA = """<schema xmlns="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt2">
  <title>Schematron Version 7.1 - of a test</title>
  <ns prefix="cbc" uri="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"/>
  <include href="common.sch"/>
  <pattern><rule context="cbc:BuyerReference">
    <assert test="xs:string(.) != 'forbidden'" flag="fatal" id="T-1">not this reference</assert>
    <assert test="string-length(.) &lt; 5" flag="warning" id="T-2">rather a short one</assert>
  </rule></pattern>
</schema>"""
COMMON = (
    '<pattern xmlns="http://purl.oclc.org/dsdl/schematron"><rule context="none"><report test="1"/></rule></pattern>'
)
XRECHNUNG = {"rules/XRechnung-UBL-validation.sch": SCHEMA, "rules/common.sch": COMMON}
PHONE = "UPDATE client SET buyer_reference = '{}'"


def zipped(files: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return out.getvalue()


def test_added_rules_are_used_and_kept_with_the_e_invoice(session: Session) -> None:
    issued = bill(operator(session, tariff(), PHONE.format("a long one")))
    (rules,) = einvoice_rules.add(session, zipped(XRECHNUNG), "kosit.zip", author="test")
    other = deliver.einvoice(session, issued.id, "einvoice_ubl")
    norm, added = deliver.einvoice(session, issued.id, "xrechnung_ubl").checks

    assert ("xrechnung", "ubl", "7.1") == (rules.family, rules.syntax, rules.version)
    assert ("XRechnung-UBL-validation", "7.1", ["T-2"]) == (added["rules"], added["version"], added["warnings"])
    assert (rules.sha256.hex(), 1) == (added["sha256"], len(other.checks))
    assert "EN16931-UBL-validation" == norm["rules"]


def test_what_added_rules_do_not_take_is_refused_in_their_words(session: Session) -> None:
    issued = bill(operator(session, tariff(), PHONE.format("forbidden")))
    einvoice_rules.add(session, zipped(XRECHNUNG), "kosit.zip", author="test")

    with pytest.raises(InputError, match=r"XRechnung-UBL-validation 7\.1: \[T-1\] not this reference"):
        deliver.einvoice(session, issued.id, "xrechnung_ubl")


def test_newer_rules_take_the_place_of_older_ones_until_they_are_removed(session: Session) -> None:
    einvoice_rules.add(session, zipped(XRECHNUNG), "kosit.zip", author="test")
    newer = {name: text.replace("7.1", "7.2") for name, text in XRECHNUNG.items()}
    einvoice_rules.add(session, zipped(newer), "kosit.zip", author="test")

    assert ["7.2"] == [rules.version for rules in einvoice_rules.in_use(session)]
    assert ["XRechnung-UBL-validation"] == einvoice_rules.remove(session, "xrechnung", author="test")
    assert [] == einvoice_rules.in_use(session)
    with pytest.raises(NotFoundError, match="no rules of xrechnung"):
        einvoice_rules.remove(session, "xrechnung", author="test")


@pytest.mark.parametrize(
    ("archive", "said"),
    [
        (b"no zip", "no ZIP file that can be read"),
        (zipped({"readme.txt": "x"}), "no rules of e-invoices in it"),
        (zipped({"../XRechnung-UBL-validation.xsl": "x"}), "points out of the ZIP file"),
        (zipped({"/etc/XRechnung-UBL-validation.xsl": "x"}), "points out of the ZIP file"),
        (zipped({"PEPPOL-EN16931-UBL.sch": "<no"}), "no XML"),
        (zipped({"PEPPOL-EN16931-UBL.xslt": "<no/>"}), "the rules cannot be run"),
        (zipped({"PEPPOL-EN16931-UBL.sch": " " * 10_000_000}), "too large for rules"),
    ],
)
def test_a_file_that_is_no_rules_or_means_harm_is_refused(session: Session, archive: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        einvoice_rules.add(session, archive, "rules.zip", author="test")

    assert [] == einvoice_rules.in_use(session)
