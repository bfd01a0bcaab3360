"""Rules out of a ZIP file: known by the names that their bodies give them, a stylesheet before a schema."""

import pytest

from cloud_service.documents.einvoice.rules.rules_archive import rules_in
from tests.cloud_service.flow.invoicing.test_einvoice_rules import XRECHNUNG, zipped

SHEET = '<!--Schematron version 3.2--><x:stylesheet version="2.0" xmlns:x="http://www.w3.org/1999/XSL/Transform"/>'


@pytest.mark.parametrize(
    ("name", "family", "syntax"),
    [
        ("schematron/ubl/XRechnung-UBL-validation.xsl", "xrechnung", "ubl"),
        ("schematron/cii/XRechnung-CII-validation.xsl", "xrechnung", "cii"),
        ("rules/PEPPOL-EN16931-UBL.xslt", "peppol", "ubl"),
        ("cii/xslt/EN16931-CII-validation.xslt", "en16931", "cii"),
    ],
)
def test_rules_are_known_by_their_names(name: str, family: str, syntax: str) -> None:
    (rules,) = rules_in(zipped({name: SHEET, "other/Sample.xslt": SHEET}), "x.zip")

    assert (family, syntax, "3.2", SHEET) == (rules.family, rules.syntax, rules.version, rules.stylesheet)


def test_a_stylesheet_goes_before_the_schema_it_was_made_of() -> None:
    (rules,) = rules_in(zipped(XRECHNUNG | {"deep/below/XRechnung-UBL-validation.xsl": SHEET}), "x.zip")

    assert SHEET == rules.stylesheet


def test_rules_that_do_not_say_their_version_have_that_of_the_file() -> None:
    (rules,) = rules_in(
        zipped({"PEPPOL-EN16931-UBL.xslt": SHEET.replace("Schematron version 3.2", "")}), "bis-2026.zip"
    )

    assert "bis-2026" == rules.version
