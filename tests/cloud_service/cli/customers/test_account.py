"""Money of clients by commands: payments, refunds, deposits, payouts, statements."""

from datetime import date

from common.errors import ConflictError
from common.period import Span
from tests.books.world import World
from tests.cloud_service.cli.commands import call, printed, refusal


def test_payments_statement_and_proof(billed: World) -> None:
    call("account", "pay", "A1", "100.00", "--reference", "r1", "--day", "2026-11-05")
    again = call("account", "pay", "A1", "100.00", "--reference", "r1", "--day", "2026-11-05")
    statement = call("account", "statement", "A1", "--until", "2026-12-31")

    assert "duplicate" == again["outcome"]
    assert [("invoice", "118.29"), ("payment", "18.29")] == [
        (movement["kind"], movement["balance"]) for movement in statement["movements"]
    ]
    assert call("ledger", "check", "--on", "2026-12-31")["ok"]
    assert "136.58" == call("ledger", "outstanding", "--on", "2026-11-30")["outstanding"]
    assert "236.58" == call("ledger", "outstanding", "--on", "2026-11-03")["outstanding"]


def test_what_the_payer_says_is_followed_and_too_much_is_refused(billed: World) -> None:
    call("account", "pay", "A2", "50.00", "--reference", "r1", "--for", "INV-2026-00002=20.00", "--day", "2026-11-05")
    too_much = refusal("account", "pay", "A2", "9", "--reference", "r2", "--for", "INV-2026-00002=99")

    assert "68.29" == call("bill", "show", "INV-2026-00002")["outstanding"]
    assert isinstance(too_much, ConflictError)


def test_a_refund_opens_the_invoice_again(billed: World) -> None:
    paid = call("account", "pay", "A1", "118.29", "--reference", "r1", "--day", "2026-11-05")
    assert "paid" == call("bill", "show", "INV-2026-00001")["state"]

    call("account", "refund", str(paid["payment_id"]), "18.29", "--reference", "b1", "--day", "2026-11-06")

    assert "18.29" == call("bill", "show", "INV-2026-00001")["outstanding"]


def test_deposits_over_payments_and_payouts(billed: World) -> None:
    deposit = call("account", "pay", "A1", "300", "--reference", "d", "--kind", "deposit", "--day", "2026-11-03")
    call("account", "release-deposit", str(deposit["payment_id"]), "200", "--day", "2026-11-04")
    call("account", "payout", "A1", "81.71", "--reference", "p", "--day", "2026-11-05")
    statement = call("account", "statement", "A1", "--until", "2026-12-31")

    assert ("0.00", "0.00") == (statement["outstanding"], str(statement["credit"]))
    assert call("ledger", "check", "--on", "2026-12-31")["ok"]


def test_a_statement_is_a_table_for_people(billed: World) -> None:
    call("account", "pay", "A1", "100.00", "--reference", "r1", "--day", "2026-11-05")
    lines = printed("account", "statement", "A1", "--until", "2026-12-31").splitlines()

    assert ["DAY", "WHAT", "TEXT", "EUR", "BALANCE"] == lines[0].split()
    assert lines[2].startswith("2026-11-05  payment")
    assert lines[2].endswith("-100.00    18.29")
    assert "outstanding 18.29 EUR, credit 0.00" == lines[-1]


def test_a_statement_on_its_way_says_to_whom(billed: World) -> None:
    assert "on its way to tenant1@example.com\n" == printed("account", "send-statement", "A1", "--from", "2026-11-01")


def test_a_cycle_of_five_months_from_a_month_of_a_year_is_billed_when_it_is_over(operator: World) -> None:
    operator.readings(operator.registers[0], Span(date(2026, 6, 1), date(2026, 11, 1)), wh=100)
    operator.session.commit()
    call("account", "terms", "A1", "--cycle", "5_months", "--cycle-month", "6", "--cycle-year", "2026")
    refused = refusal("account", "terms", "A1", "--cycle", "25_months")

    assert "4_months to 24_months" in refused.hint
    call("bill", "run", "--month", "2026-09", "--bill-date", "2026-11-02")
    assert [] == call("bill", "list")
    issued = call("bill", "run", "--month", "2026-10", "--bill-date", "2026-11-02")
    bill = call("bill", "show", call("bill", "list")[0]["number"])
    assert [] == issued["parked"]
    assert ("2026-06-01", "2026-11-01") == (bill["start"], bill["end"])
    assert "50.00" == next(line["amount"] for line in bill["lines"] if line["label"].startswith("Standing"))


def test_what_a_payment_company_took_it_gives_back(billed: World) -> None:
    paid = call("account", "pay", "A1", "118.29", "--by", "stripe", "--reference", "pi_1", "--day", "2026-11-05")
    refused = refusal("account", "refund", str(paid["payment_id"]), "18.29", "--reference", "b1", "--day", "2026-11-06")

    assert "the payment came by stripe, which gives it back" == refused.message
    assert f"payments refund {paid['payment_id']}" in refused.hint
    taken = ("--reference", "b1", "--chargeback", "--day", "2026-11-06")
    assert "booked" == call("account", "refund", str(paid["payment_id"]), "18.29", *taken)["outcome"]


def test_a_deposit_is_released_once_by_its_reference(billed: World) -> None:
    deposit = call("account", "pay", "A2", "400", "--kind", "deposit", "--reference", "d1", "--day", "2026-11-03")
    release = ("account", "release-deposit", str(deposit["payment_id"]), "200", "--reference", "R-1")

    assert ["booked", "duplicate"] == [call(*release)["outcome"] for _time in range(2)]
