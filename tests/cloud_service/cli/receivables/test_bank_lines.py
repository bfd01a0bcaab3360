"""Payments that came back, by the command a clerk uses."""

from dataclasses import replace
from pathlib import Path

from tests.books.world import World
from tests.cloud_service.cli.commands import call, refusal
from tests.cloud_service.cli.receivables.test_payments import world
from tests.cloud_service.payments.statements import Told, camt

__all__ = ["world"]  # a fixture
PAID = Told("118.29", "INV-2026-00001")


def test_which_payment_came_back_is_named_or_found(world: World, tmp_path: Path) -> None:
    file = tmp_path / "november.xml"
    paid = [replace(PAID, text=f"INV-2026-0000{n}", end_to_end=name) for n, name in ((1, "E2E-1"), (2, "NOTPROVIDED"))]
    file.write_bytes(camt(*paid))
    payments = [line["payment"] for line in call("payments", "import", str(file))["lines"]]
    back = replace(PAID, amount="-118.29", text="RETOURE", day="2026-11-25", extra="<RvslInd>true</RvslInd>")
    file.write_bytes(camt(replace(back, end_to_end="E2E-1"), replace(back, reference="2026112512345679"), name="2"))

    dry = call("payments", "import", str(file), "--dry-run", code=6)["lines"]
    assert [("would be booked", f"payment {payments[0]} of A1 came back: INV-2026-00001"), ("left", "a returned")] == [
        (line["outcome"], line["detail"].partition(" payment:")[0]) for line in dry
    ]
    assert [payments[1]] == [offer["payment"] for offer in dry[1]["offered"]]
    assert f"it may be payment {payments[1]}" in str(refusal("payments", "import", str(file), "--returned", "2=999"))
    done = call("payments", "import", str(file), "--returned", f"2={payments[1]}")["lines"]
    assert ["booked", "booked"] == [line["outcome"] for line in done]
    assert ["118.29", "118.29"] == [call("bill", "show", f"INV-2026-0000{n}")["outstanding"] for n in (1, 2)]
    assert ["passed", "passed"] == [line["outcome"] for line in call("payments", "import", str(file))["lines"]]
    assert call("ledger", "check", "--on", "2026-12-31")["ok"]


def test_a_statement_whose_sums_are_off_is_booked_and_said(world: World, tmp_path: Path) -> None:
    file = tmp_path / "november.xml"
    file.write_bytes(camt(PAID, balances=("0.00", "200.00")))
    answer = call("payments", "import", str(file), code=6)

    assert ["booked"] == [line["outcome"] for line in answer["lines"]]
    assert [("1", "81.71")] == [(gap["name"], gap["missing"]) for gap in answer["sums_off"]]
    file.write_bytes(camt(PAID, balances=("0.00", "118.29")))
    assert [] == call("payments", "import", str(file))["sums_off"]
