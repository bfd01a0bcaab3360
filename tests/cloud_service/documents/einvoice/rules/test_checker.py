"""The official rules catch what is broken on purpose; their process is started again when it dies."""

import os
import signal
from pathlib import Path

import pytest

from cloud_service.documents.einvoice.kinds import KINDS
from cloud_service.documents.einvoice.render import render
from cloud_service.documents.einvoice.rules.checker import CHECKER, Checker, sentence_of
from cloud_service.documents.einvoice.rules.rule_set import Finding, RuleSet, built_in
from common.errors import InputError
from tests.cloud_service.documents.papers import taxed_paper

MUTATIONS = [
    ("einvoice_ubl", b"649.93", b"649.94", "BR-CO-15"),
    ("einvoice_ubl", b">573.20<", b">573.21<", "BR-CO-10"),
    ("einvoice_ubl", b">573.20<", b">573.200000<", "BR-DEC-23"),
    ("einvoice_ubl", b'"KWH"', b'"kWh"', "BR-CL-23"),
    ("einvoice_ubl", b">S<", b">Q<", "BR-CL-17"),
    ("einvoice_ubl", b">EUR<", b">EUX<", "BR-CL-04"),
    ("einvoice_cii", b"649.93", b"649.94", "BR-CO-15"),
    ("einvoice_cii", b">573.20<", b">573.200000<", "BR-DEC-23"),
    ("einvoice_cii", b'"KWH"', b'"kWh"', "FX-SCH"),
]


@pytest.mark.parametrize(("kind", "before", "after", "rule"), MUTATIONS)
def test_the_official_rules_catch_what_is_broken_on_purpose(kind: str, before: bytes, after: bytes, rule: str) -> None:
    xml = render(taxed_paper(), KINDS[kind])
    broken = CHECKER.findings(xml.replace(before, after), built_in(KINDS[kind]))

    assert before in xml
    assert () == CHECKER.findings(xml, built_in(KINDS[kind]))
    assert any(finding.rule.startswith(rule) or f"[{rule}" in finding.text for finding in broken)


def test_a_process_that_was_killed_is_started_again() -> None:
    checker, rules = Checker(), built_in(KINDS["einvoice_ubl"])
    xml = render(taxed_paper(), KINDS["einvoice_ubl"])
    checker.findings(xml, rules)
    assert checker._process is not None
    first = checker._process.pid
    os.kill(first, signal.SIGKILL)

    assert () == checker.findings(xml, rules)
    assert first != checker._process.pid
    checker.stop()


def test_rules_that_are_no_stylesheet_are_said_so(tmp_path: Path) -> None:
    sheet = tmp_path / "rules.xslt"
    sheet.write_text("<nothing/>")
    rules = RuleSet("peppol", "ubl", "rules", "1", "", sheet)

    with pytest.raises(InputError, match="the rules cannot be run"):
        CHECKER.findings(b"<x/>", rules)


def test_many_findings_are_said_by_the_first_few() -> None:
    findings = [Finding("BR-1", is_warning=False, text="wrong")] * 7

    assert "[BR-1] wrong [BR-1] wrong … and 5 more" == sentence_of(findings, 2)
