"""Balances, deposits and open bills of earlier books by sheets, there again the same, and taken back."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text

from cloud_service.flow import collect
from cloud_service.sheets.files.sheet_file import SheetFile
from cloud_service.sheets.import_sheet import ImportOrder, import_sheet
from cloud_service.sheets.report import SheetReport
from cloud_service.sheets.undo_import import reasons_to_stay, undo_import
from cloud_service.store.receivables.ledger import balances
from cloud_service.store.receivables.reconciliation import reconcile
from cloud_service.store.scope import Scope
from cloud_service.store.sheets.imports import KeptImport, kept_import
from common.errors import ConflictError
from tests.books.world import World, build

D = Decimal
TODAY = date(2026, 11, 27)
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
ITEMS = (
    "Konto;Rechnung;Rechnungsdatum;Fällig;Betrag;Bezahlt;Bemerkung\n"
    "A1;2025/0815;03.08.2026;17.08.2026;1.150,00;30,00;Juli\n"
    "A1;2025/0901;01.09.2026;;-45,50;;\n"
)
FLATS = (
    "Site,Flat,Client,Since,Tariff,Balance,Deposit\n"
    "Dock,1,Ann,2026-10-01,flat,120.50,300\n"
    "Dock,2,Bob,2026-10-01,flat,-10,\n"
)


@pytest.fixture
def world(session: object) -> World:
    world = build(session, tenants=1)  # type: ignore[arg-type]  # the fixture's session
    world.session.commit()
    return world


def imported(world: World, sheet: str, kind: str = "flats", today: date = TODAY) -> SheetReport:
    order = ImportOrder(world.entity, "test", today, kind)
    report = import_sheet(world.session, SheetFile(f"{kind}.csv", sheet.encode()), order)
    world.session.commit()
    return report


def kept(world: World, report: SheetReport) -> KeptImport:
    assert report.import_id, report.as_json()["faults"]
    return kept_import(world.session, Scope(), import_id=report.import_id)


def books(world: World) -> dict[str, Decimal]:
    assert all(proof.agrees for proof in reconcile(world.session, TODAY))
    return {kind: amount for (kind, _), amount in balances(world.session).items() if amount}


def test_open_bills_of_a_german_list_are_owed_under_their_old_numbers(world: World) -> None:
    report = imported(world, ITEMS, "items")

    assert {"open_item": 2} == report.counts
    assert {"receivable": D("1120.00"), "credit": D("-45.50"), "opening": D("-1074.50")} == books(world)
    rows = world.session.execute(text("SELECT number, bill_date::text, due_date::text FROM invoice ORDER BY id")).all()
    assert [("2025/0815", "2026-08-03", "2026-08-17"), ("2025/0901", "2026-09-01", "2026-09-15")] == [
        tuple(row) for row in rows
    ]


def test_the_same_sheet_another_day_changes_nothing(world: World) -> None:
    for sheet, kind in ((ITEMS, "items"), (FLATS, "flats")):
        imported(world, sheet, kind)
        before = books(world)

        again = imported(world, sheet, kind, today=date(2026, 11, 30))

        assert (2, 0) == (len(again.of("same")), again.import_id), again.as_json()["faults"]
        assert before == books(world)


def test_a_row_a_flat_has_balance_and_deposit_beside_the_tenant(world: World) -> None:
    report = imported(world, FLATS)

    assert {"open_item": 2, "security": 1} == {name: report.counts[name] for name in ("open_item", "security")}
    assert {"receivable": D("120.50"), "credit": D(-10), "deposit": D(-300), "opening": D("189.50")} == books(world)


def test_taken_back_the_flats_are_gone_and_accounts_with_bookings_stay(world: World) -> None:
    first = imported(world, FLATS)

    counts = undo_import(world.session, kept(world, first), author="test", now=NOW)
    world.session.commit()

    assert {} == books(world)
    assert (0, 0, 2, 2) == (counts["account"], counts["client"], counts["contract"], counts["service_point"])
    assert 3 == world.session.execute(text("SELECT count(*) FROM account")).scalar_one()
    again = imported(world, FLATS)
    assert {"open_item": 2, "security": 1, "contract": 2} == {
        name: again.counts[name] for name in ("open_item", "security", "contract")
    }
    assert "client" not in again.counts
    assert D("120.50") == books(world)["receivable"]
    undo_import(world.session, kept(world, again), author="test", now=NOW)
    assert {} == books(world)


def test_what_was_paid_or_released_is_not_taken_back(world: World) -> None:
    made = kept(world, imported(world, FLATS))
    ann = made.made["account"][0]
    collect.release_deposit(world.session, made.made["security"][0], D(1), day=TODAY, author="t")
    world.session.commit()

    assert ["money", "paid", "released"] == [reason.code for reason in reasons_to_stay(world.session, made)]
    with pytest.raises(ConflictError, match="open bills were paid"):
        undo_import(world.session, made, author="test", now=NOW)
    assert ann


@pytest.mark.parametrize(
    ("row", "column", "why"),
    [
        ("A9;1;;;5;;", "account", "there is no such account"),
        ("A1;;;;5;;", "item", "this is needed"),
        ("A1;1;;;0;;", "item_amount", "nothing to take over"),
        ("A1;1;01.08.2026;01.07.2026;5;;", "item_due", "before the bill's own day"),
        ("A1;1;;;5,00;6,00;", "item_paid", "is no part of 5"),
        ("A1;1;01.12.2026;;5;;", "item_day", "after 2026-11-27"),
        ("A1;INV-2026-00001;;;5;;", "item", "a bill of this company will have"),
    ],
)
def test_a_bill_that_cannot_be_is_refused_at_its_column(world: World, row: str, column: str, why: str) -> None:
    report = imported(world, ITEMS.splitlines()[0] + "\n" + row + "\n", "items")

    (fault,) = [fault for outcome in report.rows for fault in outcome.faults]
    assert column == fault.column, fault
    assert why in fault.why
    assert {} == books(world)


def test_balances_have_a_sheet_of_their_own(world: World) -> None:
    report = imported(world, "Account;Opening balance;Balance as of;Deposit held\nA1;12,50;2026-10-31;50\n", "balances")

    assert {"open_item": 1, "security": 1} == report.counts
    assert [("OPENING-A1", date(2026, 10, 31))] == [
        tuple(row) for row in world.session.execute(text("SELECT number, taken_over_on FROM invoice"))
    ]
    other = imported(world, "Account;Opening balance\nA1;13\n", "balances")
    assert "was taken over before" in other.as_json()["faults"][0]["why"]


def test_a_flat_without_a_client_has_no_balance(world: World) -> None:
    report = imported(world, "Site,Flat,Balance\nDock,1,5\n")

    assert "a balance needs an account" in report.as_json()["faults"][0]["why"]
