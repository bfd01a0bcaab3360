"""Rules of e-invoices that the operator adds: XRechnung's, Peppol's, or a newer edition of the norm's."""

import hashlib

from cloud_service.documents.einvoice.checked import concerns
from cloud_service.documents.einvoice.kinds import KINDS
from cloud_service.documents.einvoice.render import render
from cloud_service.documents.einvoice.rules.added_rules import stylesheet_file
from cloud_service.documents.einvoice.rules.checker import CHECKER
from cloud_service.documents.einvoice.rules.rule_set import RuleSet, built_in
from cloud_service.documents.einvoice.rules.rules_archive import ArchivedRules, rules_in
from cloud_service.documents.einvoice.sample import sample_einvoice
from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.delivery import einvoice_rules
from cloud_service.store.delivery.einvoice_rules import NewRules, StoredRules
from common.errors import InputError, NotFoundError

ARCHIVE_BYTES_MAX = 50_000_000


def add(session: Session, archive: bytes, title: str, *, author: str) -> list[NewRules]:
    """Use the rules of a ZIP file from the next e-invoice on, each tried on a made-up bill before."""
    if len(archive) > ARCHIVE_BYTES_MAX:
        raise InputError("the ZIP file is too large for rules", path="file", hint="50 MB at most")
    new = [
        NewRules(each.family, each.syntax, each.name, each.version, _tried(each)) for each in rules_in(archive, title)
    ]
    for rules in new:
        einvoice_rules.add(session, rules, author)
        log.note(
            session, author, "einvoice_rules.add", f"einvoice_rules:{rules.family}", syntax=rules.syntax,
            name=rules.name, version=rules.version, sha256=rules.sha256.hex(),
        )  # fmt: skip
    return new


def _tried(rules: ArchivedRules) -> str:
    """The stylesheet, if it runs at all: one that needs more files than itself does not."""
    sha256 = hashlib.sha256(rules.stylesheet.encode()).hexdigest()
    file = stylesheet_file(sha256, rules.stylesheet)
    rule_set = RuleSet(rules.family, rules.syntax, rules.name, rules.version, sha256, file)
    kind = next(each for each in KINDS.values() if concerns(rule_set, each))
    CHECKER.findings(render(sample_einvoice(), kind), rule_set)
    return rules.stylesheet


def of_the_norm() -> list[RuleSet]:
    """The rules of the norm itself, which are always there, one of each syntax."""
    of_syntax = {kind.syntax: built_in(kind) for kind in KINDS.values() if kind.profile == "en16931"}
    return [of_syntax[syntax] for syntax in sorted(of_syntax)]


def in_use(session: Session) -> list[StoredRules]:
    """The rules that the operator added."""
    return einvoice_rules.in_use(session)


def remove(session: Session, family: str, *, author: str) -> list[str]:
    """Use the rules of a body no more."""
    names = list(einvoice_rules.remove(session, family))
    if not names:
        raise NotFoundError(f"no rules of {family} were added", hint="`energy-cloud einvoice rules list`")
    log.note(session, author, "einvoice_rules.remove", f"einvoice_rules:{family}", names=", ".join(names))
    return names
