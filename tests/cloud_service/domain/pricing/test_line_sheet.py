"""Lines of a batch: rounded once, in the order in which they were added, without a negative nothing."""

from datetime import date
from decimal import Decimal

from cloud_service.domain.pricing.line_sheet import LineSheet
from cloud_service.domain.pricing.priced_lines import DueAndExact, LineHead

D = Decimal
HEAD = LineHead(
    charge="energy", id="energy", label="Energy", unit="kWh", path="charges[0]", tax_category="", utility="electricity",
    start=date(2026, 3, 1), end=date(2026, 4, 1), rule="", source="", version="",
)  # fmt: skip


def sheet(rows: int = 2) -> LineSheet:
    """An empty sheet in euros."""
    return LineSheet(rows, "EUR", "half_up")


def test_an_amount_is_rounded_and_stays_beside_itself_unrounded() -> None:
    lines = sheet()

    lines.add(1, HEAD, D(5), D("0.125"), D("0.625"))

    assert [] == lines.rows[0]
    assert (D("0.63"), D("0.625")) == (lines.rows[1][0].amount, lines.rows[1][0].amount_unrounded)


def test_a_credit_of_nothing_has_no_sign() -> None:
    lines = sheet()

    lines.add(0, HEAD, D(0), D(-1), D("-0.0"))

    assert "0.00" == str(lines.rows[0][0].amount)


def test_a_column_is_a_line_of_each_row_or_of_some() -> None:
    lines = sheet(3)

    lines.add_column(HEAD, [1000, 2000, 0], D("0.001"), D("0.10"))
    lines.add_column(HEAD, [500], D("0.001"), D(1), rows=[2])

    assert [[D("0.10")], [D("0.20")], [D("0.00"), D("0.50")]] == [[line.amount for line in row] for row in lines.rows]


def test_the_same_line_may_be_every_rows() -> None:
    lines = sheet()

    lines.add_to_all(HEAD, D(1), D(5), D(5))

    assert [[D("5.00")], [D("5.00")]] == [[line.amount for line in row] for row in lines.rows]


def test_a_line_over_others_is_due_by_their_rounded_amounts() -> None:
    lines = sheet()

    lines.add_both(0, HEAD, D("0.63"), D("0.5"), DueAndExact(D("0.315"), D("0.3125")))

    assert (D("0.32"), D("0.3125")) == (lines.rows[0][0].amount, lines.rows[0][0].amount_unrounded)
