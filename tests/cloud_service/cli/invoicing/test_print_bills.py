"""The bills of clients without e-mail as one file, by command."""

from pathlib import Path

import pypdf
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.books.world import build
from tests.cloud_service.cli.commands import call, refusal
from tests.cloud_service.cli.invoicing.test_document import OCTOBER


@pytest.fixture
def billed(session: Session, named_database: str) -> None:
    world = build(session, tenants=1)
    world.readings(world.registers[0], OCTOBER)
    session.execute(text("UPDATE account SET delivery = 'post'"))
    session.commit()
    call("bill", "run", "--month", "2026-10", "--bill-date", "2026-11-02")


def test_what_waits_is_printed_and_marked_then_nothing_waits(billed: None, tmp_path: Path) -> None:
    file = tmp_path / "post.pdf"
    assert {"bills": 1, "posted": False} == _said(call("document", "print", "--only-print", "--out", str(file)))
    assert {"bills": 1, "posted": True} == _said(call("document", "print", "--out", str(file)))

    assert "INV-2026-00001" in pypdf.PdfReader(file).pages[0].extract_text()
    assert "nothing waits" in refusal("document", "print", "--out", str(file)).message
    assert {"bills": 1, "posted": True} == _said(call("document", "print", "INV-2026-00001", "--out", str(file)))


def _said(result: dict[str, object]) -> dict[str, object]:
    return {key: result[key] for key in ("bills", "posted")}
