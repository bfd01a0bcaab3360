"""Rules that were added: one set of each body and syntax is in use, and the database keeps what was."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from cloud_service.store.delivery import einvoice_rules
from cloud_service.store.delivery.einvoice_rules import NewRules

OLD, NEW = (NewRules("peppol", "ubl", "PEPPOL-EN16931-UBL", version, f"<{version}/>") for version in ("v1", "v2"))


def test_the_newest_of_a_body_and_syntax_is_in_use(session: Session) -> None:
    for rules in (OLD, NEW, NewRules("peppol", "cii", "PEPPOL-EN16931-CII", "v1", "<cii/>")):
        einvoice_rules.add(session, rules, "admin")
    stored = einvoice_rules.in_use(session)

    assert [("cii", "v1"), ("ubl", "v2")] == [(rules.syntax, rules.version) for rules in stored]
    assert ("<v2/>", NEW.sha256, "admin") == (
        einvoice_rules.stylesheet(session, stored[1].id), bytes(stored[1].sha256), stored[1].added_by,
    )  # fmt: skip


def test_the_rules_of_a_body_are_removed_together_and_stay_known(session: Session) -> None:
    einvoice_rules.add(session, OLD, "admin")

    assert ["PEPPOL-EN16931-UBL"] == einvoice_rules.remove(session, "peppol")
    assert ([], []) == (einvoice_rules.in_use(session), einvoice_rules.remove(session, "peppol"))
    assert 1 == session.execute(text("SELECT count(*) FROM einvoice_rules")).scalar_one()


@pytest.mark.parametrize("change", ["UPDATE einvoice_rules SET stylesheet = ''", "DELETE FROM einvoice_rules"])
def test_the_application_changes_no_rules_that_were_in_use(session: Session, change: str) -> None:
    einvoice_rules.add(session, OLD, "admin")

    with pytest.raises(DBAPIError, match="permission denied"):
        session.execute(text(change))
