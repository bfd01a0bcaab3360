"""An e-invoice that was held against the official rules, with which rules they were."""

from collections.abc import Sequence
from dataclasses import dataclass

from cloud_service.documents.einvoice.kinds import CII, EinvoiceKind
from cloud_service.documents.einvoice.render import render
from cloud_service.documents.einvoice.rules.checker import CHECKER, sentence_of
from cloud_service.documents.einvoice.rules.rule_set import RuleSet, built_in
from cloud_service.documents.paper import InvoicePaper
from common.errors import InputError


@dataclass(frozen=True, slots=True)
class RuleCheck:
    """A set of rules that found nothing to refuse; `warnings` are what it would rather have."""

    rules: str
    version: str
    sha256: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedEinvoice:
    """The XML and what it was held against."""

    xml: bytes
    checks: tuple[RuleCheck, ...]


def checked_einvoice(paper: InvoicePaper, kind: EinvoiceKind = CII, more: Sequence[RuleSet] = ()) -> CheckedEinvoice:
    """The e-invoice of a paper, if the rules of the norm and those that the operator added take it.

    `more` are the operator's; those of another syntax or body say nothing of this kind.
    """
    xml = render(paper, kind)
    sets = (built_in(kind), *(rules for rules in more if concerns(rules, kind)))
    return CheckedEinvoice(xml, tuple(_check(xml, rules, paper.number) for rules in sets))


def concerns(rules: RuleSet, kind: EinvoiceKind) -> bool:
    """Whether rules are for a kind of e-invoice: those of the norm for all of their syntax."""
    return rules.syntax == kind.syntax and rules.family in ("en16931", kind.profile)


def _check(xml: bytes, rules: RuleSet, number: str) -> RuleCheck:
    findings = CHECKER.findings(xml, rules)
    broken = [finding for finding in findings if not finding.is_warning]
    if broken:
        raise InputError(
            f"the e-invoice breaks the rules {rules.name} {rules.version}: {sentence_of(broken)}",
            path=number,
            hint="mend what they name in the client, the company or the tariff; then credit the bill and bill anew",
        )
    return RuleCheck(rules.name, rules.version, rules.sha256, tuple(finding.rule for finding in findings))
