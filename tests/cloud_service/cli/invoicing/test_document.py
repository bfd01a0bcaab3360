"""Documents as files, by the commands an office uses."""

import zipfile
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from common.errors import InputError, NotFoundError
from common.period import Span
from tests.books.world import World, build
from tests.cloud_service.cli.commands import call, refusal

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))


@pytest.fixture
def world(session: Session, named_database: str) -> World:
    world = build(session, tenants=1)
    world.readings(world.registers[0], OCTOBER)
    session.commit()
    call("entity", "edit", "--vat-id", "DE123456789")
    call("bill", "run", "--month", "2026-10", "--bill-date", "2026-11-02")
    return world


def test_a_bill_its_e_invoice_its_statement_and_the_list_become_files(world: World, tmp_path: Path) -> None:
    files = {name: tmp_path / name for name in ("bill.pdf", "bill.xml", "statement.pdf", "bills.xlsx")}
    call("document", "bill", "INV-2026-00001", "--out", str(files["bill.pdf"]))
    call("document", "bill", "INV-2026-00001", "--kind", "einvoice_ubl", "--out", str(files["bill.xml"]))
    call(
        "document",
        "statement",
        "A1",
        "--from",
        "2026-11-01",
        "--until",
        "2026-11-30",
        "--out",
        str(files["statement.pdf"]),
    )
    written = call(
        "document", "bills", "--from", "2026-11-01", "--until", "2026-12-01", "--out", str(files["bills.xlsx"])
    )

    assert files["bill.pdf"].read_bytes().startswith(b"%PDF")
    assert b"118.29" in files["bill.xml"].read_bytes()
    assert files["statement.pdf"].read_bytes().startswith(b"%PDF")
    assert written["bytes"] == files["bills.xlsx"].stat().st_size
    with zipfile.ZipFile(files["bills.xlsx"]) as sheet:
        rows = sheet.read("xl/worksheets/sheet1.xml").decode()
    assert "INV-2026-00001" in rows
    assert "118.29" in rows


def test_a_theme_is_seen_before_it_is_used(tmp_path: Path) -> None:
    theme, out = tmp_path / "theme.json", tmp_path / "out.pdf"
    theme.write_text('{"primary": "#7048e8", "texts": {"intro": {"de": "Willkommen!"}}}')
    call("document", "preview", str(theme), "--locale", "de", "--out", str(out))

    assert out.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("text", "fault"), [("{", "not JSON"), ("[]", "not a JSON object"), ('{"primary": 1}', "primary")]
)
def test_a_theme_with_a_fault_is_refused_by_name(tmp_path: Path, text: str, fault: str) -> None:
    theme = tmp_path / "theme.json"
    theme.write_text(text)
    refused = refusal("document", "preview", str(theme), "--out", str(tmp_path / "out.pdf"))

    assert isinstance(refused, InputError)
    assert fault in str(refused)


def test_a_theme_is_kept_for_what_comes_and_leaves_what_was_made(world: World, tmp_path: Path) -> None:
    theme, first, again = (tmp_path / name for name in ("theme.json", "first.pdf", "again.pdf"))
    call("document", "bill", "INV-2026-00001", "--out", str(first))
    theme.write_text('{"primary": "#7048e8"}')
    call("document", "theme", str(theme), "--entity", "Example Energy")
    call("document", "bill", "INV-2026-00001", "--out", str(again))

    assert {"primary": "#7048e8"} == world.session.execute(text("SELECT theme FROM legal_entity")).scalar()
    assert 1 == world.session.execute(text("SELECT count(*) FROM audit WHERE action = 'theme.change'")).scalar()
    assert first.read_bytes() == again.read_bytes()


@pytest.mark.slow
def test_a_theme_whose_template_is_broken_is_never_kept(world: World, tmp_path: Path) -> None:
    theme, template = tmp_path / "theme.json", tmp_path / "bill.typ"
    theme.write_text('{"renderer": "typst"}')
    template.write_text("#view.nothing")
    refused = refusal("document", "theme", str(theme), "--template", str(template))

    assert isinstance(refused, InputError)
    assert {} == world.session.execute(text("SELECT theme FROM legal_entity")).scalar()


def test_an_unknown_entity_is_not_found(world: World, tmp_path: Path) -> None:
    theme = tmp_path / "theme.json"
    theme.write_text("{}")
    refused = refusal("document", "theme", str(theme), "--entity", "Nobody")

    assert isinstance(refused, NotFoundError)


def test_the_receipt_of_a_payment_is_written_and_mailed_once(world: World, tmp_path: Path) -> None:
    out = tmp_path / "receipt.pdf"
    paid = call("account", "pay", "A1", "100.00", "--by", "cash", "--reference", "K-1")

    written = call("document", "receipt", str(paid["payment_id"]), "--out", str(out))
    assert written["bytes"] == out.stat().st_size
    assert out.read_bytes().startswith(b"%PDF")
    assert {"payment": paid["payment_id"], "mailed": True} == call(
        "document", "receipt", str(paid["payment_id"]), "--mail"
    )
    assert "already" in str(refusal("document", "receipt", str(paid["payment_id"]), "--mail"))
    assert "--out" in str(refusal("document", "receipt", str(paid["payment_id"])).path)
