"""What the product has on paper of one operator: bills with their lines and days, what waits, what is late."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.books.histories.opinion import Nets

SPANS = text(
    """
    SELECT i.id, i.number, i.account_id, i.total, i.tax,
           NOT EXISTS (SELECT 1 FROM invoice n WHERE n.corrects_id = i.id AND n.kind = 'credit_note') AS live,
           EXISTS (SELECT 1 FROM late_day l WHERE l.invoice_id = i.id AND l.handled_at IS NULL) AS touched,
           k.number AS contract, lower(k.during) AS contract_start, k.service_point_id,
           lower(s.during) AS start, upper(s.during) AS end
      FROM invoice i
      LEFT JOIN invoice_span s ON s.invoice_id = i.id
      LEFT JOIN contract k ON k.id = s.contract_id
     WHERE i.legal_entity_id = :entity AND i.kind = 'invoice'
     ORDER BY i.id, s.id
    """
)
LINES = text(
    """
    SELECT i.number, k.number AS contract, l.charge, l.label, l.amount, l.tax_rate
      FROM invoice i
      JOIN invoice_line l ON l.invoice_id = i.id
      LEFT JOIN contract k ON k.id = l.contract_id
     WHERE i.legal_entity_id = :entity AND i.kind = 'invoice'
    """
)
WAITING = text(
    """
    SELECT k.number AS contract, p.line->>'charge' AS charge, p.line->>'label' AS label, p.amount,
           coalesce((p.line->'tax'->>'percent')::numeric, 0) AS tax_rate
      FROM pending_line p
      JOIN contract k ON k.id = p.contract_id
      JOIN account a ON a.id = k.account_id
      JOIN client c ON c.id = a.client_id
     WHERE c.legal_entity_id = :entity AND p.invoice_id IS NULL
    """
)
OWED = text(
    """
    SELECT a.id, (SELECT coalesce(sum(i.total), 0) FROM invoice i WHERE i.account_id = a.id) AS billed,
           (SELECT coalesce(sum(l.amount), 0) FROM ledger_account g JOIN ledger_line l ON l.ledger_account_id = g.id
             WHERE g.account_id = a.id AND g.kind IN ('receivable', 'credit')) AS owed
      FROM account a
      JOIN client c ON c.id = a.client_id
     WHERE c.legal_entity_id = :entity
    """
)


@dataclass(frozen=True)
class Line:
    """An amount on a bill, or one that waits for the next."""

    contract: str
    charge: str
    label: str
    amount: Decimal
    percent: Decimal

    @property
    def corrects(self) -> str:
        """The bill to which it is a difference."""
        return self.label.removeprefix("Difference to ").partition(",")[0].partition(" ")[0]


@dataclass(frozen=True)
class Days:
    """Days of a contract at a place that a bill is for."""

    contract: str
    contract_start: date
    point: int  # the product's id
    start: date
    end: date


@dataclass
class Bill:
    """A bill; it is not live once a credit note took it back."""

    id: int
    number: str
    account_id: int
    account: int  # the place of its account among the operator's
    total: Decimal
    tax: Decimal
    live: bool
    touched: bool
    days: list[Days] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    @property
    def own(self) -> list[Line]:
        """What it bills of its own days."""
        return [line for line in self.lines if line.charge not in ("share", "difference", "fees", "interest")]


@dataclass
class Papers:
    """All of it."""

    bills: dict[str, Bill]
    waiting: list[Line]
    owed: dict[int, tuple[Decimal, Decimal]]  # by account: the totals of its papers, and what the ledger says

    def by_days(self) -> list[tuple[Days, Bill]]:
        """The days of live bills, each with its bill."""
        return [(days, bill) for bill in self.bills.values() if bill.live for days in bill.days]

    def standing(self, charge: str) -> list[Line]:
        """Lines of a kind on live bills, and those that wait."""
        on_bills = [line for bill in self.bills.values() if bill.live for line in bill.lines]
        return [line for line in (*on_bills, *self.waiting) if line.charge == charge]


def nets_of(lines: list[Line]) -> Nets:
    """Sums by percent of VAT."""
    nets: Nets = {}
    for line in lines:
        nets[line.percent] = nets.get(line.percent, Decimal(0)) + line.amount
    return nets


def papers_of(session: Session, entity: int) -> Papers:
    """Read it."""
    values = {"entity": entity}
    owed = {row.id: (row.billed, row.owed) for row in session.execute(OWED, values)}
    places = {account: number for number, account in enumerate(sorted(owed))}
    bills: dict[str, Bill] = {}
    for row in session.execute(SPANS, values):
        bill = bills.setdefault(
            row.number,
            Bill(row.id, row.number, row.account_id, places[row.account_id], row.total, row.tax, row.live, row.touched),
        )
        if row.service_point_id is not None:
            days = Days(row.contract, row.contract_start, row.service_point_id, row.start, row.end)
            bill.days.append(days)
    for row in session.execute(LINES, values):
        bills[row.number].lines.append(Line(row.contract, row.charge, row.label, row.amount, row.tax_rate))
    waiting = [
        Line(row.contract, row.charge, row.label, row.amount, row.tax_rate) for row in session.execute(WAITING, values)
    ]
    return Papers(bills, waiting, owed)
