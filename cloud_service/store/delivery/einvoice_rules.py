"""Rules of e-invoices that the operator added: one set of each body and syntax is in use, older ones stay known."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

ADD = text("""
INSERT INTO einvoice_rules (family, syntax, name, version, sha256, stylesheet, added_by)
VALUES (:family, :syntax, :name, :version, :sha256, :stylesheet, :added_by)
""")
RETIRE = text("""
UPDATE einvoice_rules SET removed_at = now() WHERE family = :family AND syntax = :syntax AND removed_at IS NULL
""")
REMOVE = text("""
UPDATE einvoice_rules SET removed_at = now() WHERE family = :family AND removed_at IS NULL RETURNING name
""")
IN_USE = text("""
SELECT id, family, syntax, name, version, sha256, added_by, created_at
  FROM einvoice_rules WHERE removed_at IS NULL ORDER BY family, syntax
""")
STYLESHEET = text("SELECT stylesheet FROM einvoice_rules WHERE id = :id")


@dataclass(frozen=True, slots=True)
class NewRules:
    """A stylesheet of official rules, ready to run."""

    family: str
    syntax: str
    name: str
    version: str
    stylesheet: str

    @property
    def sha256(self) -> bytes:
        """Of the stylesheet."""
        return hashlib.sha256(self.stylesheet.encode()).digest()


@dataclass(frozen=True, slots=True)
class StoredRules:
    """Rules that are in use, without their text."""

    id: int
    family: str
    syntax: str
    name: str
    version: str
    sha256: bytes
    added_by: str
    created_at: datetime


def add(session: Session, rules: NewRules, author: str) -> None:
    """Use these rules instead of those of the same body and syntax."""
    session.execute(RETIRE, {"family": rules.family, "syntax": rules.syntax})
    fields = {"family": rules.family, "syntax": rules.syntax, "name": rules.name, "version": rules.version}
    fields |= {"stylesheet": rules.stylesheet, "added_by": author}
    session.execute(ADD, {**fields, "sha256": rules.sha256})


def remove(session: Session, family: str) -> Sequence[str]:
    """Use the rules of a body no more; the names of what was in use."""
    return list(session.execute(REMOVE, {"family": family}).scalars())


def in_use(session: Session) -> list[StoredRules]:
    """What is in use."""
    return [StoredRules(**row) for row in session.execute(IN_USE).mappings()]


def stylesheet(session: Session, rules_id: int) -> str:
    """The text of some rules."""
    return str(session.execute(STYLESHEET, {"id": rules_id}).scalar_one())
