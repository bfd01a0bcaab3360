"""Money that does not come, by commands: reminders, disputes, plans, interest."""

from tests.books.world import World
from tests.cloud_service.cli.commands import call, printed, refusal


def test_a_disputed_bill_is_left_alone_and_an_agreed_one_is_paid_by_instalments(billed: World) -> None:
    call("dunning", "dispute", "INV-2026-00001", "--reason", "too much")
    reminders = call("dunning", "remind", "--day", "2026-12-01", "--dry-run")
    plan = call("dunning", "plan", "INV-2026-00002", "--parts", "3", "--first", "2026-12-01", "--reason", "asked")

    assert ["A2"] == [reminder["account"] for reminder in reminders]
    assert ["39.43"] * 3 == [amount for _, amount in plan["instalments"]]
    assert [] == call("dunning", "remind", "--day", "2026-12-01")


def test_interest_asks_for_the_base_rate_it_does_not_know(billed: World) -> None:
    unknown = refusal("dunning", "interest", "--day", "2026-12-17")
    printed("dunning", "base-rate", "DE", "2026-07-01", "-0.88")
    charged = call("dunning", "interest", "--day", "2026-12-17")

    assert "no base rate is known for 2026-11-17" in str(unknown)
    assert ["0.40"] * 2 == [invoice["total"] for invoice in charged]  # 118.29 × 4.12 % × 30/365


def test_a_reminder_is_a_line_with_account_step_sum_and_bills(billed: World) -> None:
    (first, _) = printed("dunning", "remind", "--day", "2026-12-01", "--dry-run").splitlines()

    assert first.startswith("A1: ")
    assert "118.29 EUR, INV-2026-00001" in first


def test_what_is_written_off_is_no_longer_owed(billed: World) -> None:
    said = printed("dunning", "write-off", "INV-2026-00001", "18.29", "--reason", "insolvent", "--day", "2026-12-01")

    assert "INV-2026-00001: 18.29 written off\n" == said
    assert "100.00" == call("bill", "show", "INV-2026-00001")["outstanding"]
