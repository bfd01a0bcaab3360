from dataclasses import replace

from sqlalchemy.orm import Session

from cloud_service.store.audit import books_proof
from cloud_service.store.audit.books_proof import BooksProof, differences

PROOF = BooksProof({"invoice": 2, "reading_2026_11": 9}, {"EUR": "10.00 0.00"}, 3, "ab", "")


def test_a_proof_counts_each_table_once_and_partitions_one_by_one(session: Session) -> None:
    proof = books_proof.prove(session)

    assert (0, 0, "") == (proof.rows["invoice"], proof.audit_rows, proof.audit_fault)
    assert "reading" not in proof.rows
    assert "invoice_balance" not in proof.rows


def test_a_snapshot_has_a_name_for_others(session: Session) -> None:
    assert "-" in books_proof.begin_snapshot(session)


def test_each_difference_is_said() -> None:
    assert [] == differences(PROOF, replace(PROOF))
    assert ["invoice: 2 rows before, 1 now"] == differences(PROOF, replace(PROOF, rows={**PROOF.rows, "invoice": 1}))
    assert ["the sums of the ledger"] == differences(PROOF, replace(PROOF, ledger={"EUR": "9.00 0.00"}))
    assert ["the audit chain"] == differences(PROOF, replace(PROOF, audit_head="cd"))
    assert ["the audit chain: its content was changed"] == differences(
        PROOF, replace(PROOF, audit_fault="its content was changed")
    )
