"""A small operator whose tenant pays in advance: readings, plans, runs of both kinds, bills."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cloud_service.domain.invoicing.advances.plan import AdvanceTerms
from cloud_service.flow import correct_invoice
from cloud_service.flow.advances import plan, run
from cloud_service.flow.advances.run import AdvanceIssue, AdvanceRun
from cloud_service.flow.issue import issue, issue_apart
from cloud_service.flow.rate import rate_contracts
from cloud_service.store.invoicing import pending_lines
from cloud_service.store.invoicing.invoice_rows import WrittenInvoice
from cloud_service.store.invoicing.issued_invoice import InvoiceWithProof, invoice_with_proof
from common.period import Span
from tests.books.world import World, noon

D = Decimal
JANUARY = date(2026, 1, 1)
FIRST_QUARTER = Span(JANUARY, date(2026, 4, 1))


@dataclass
class House:
    """The first tenant of a world, billed over any days."""

    world: World

    @property
    def contract(self) -> int:
        return self.world.contracts[0]

    def agree(
        self, amount: str = "100.00", *, day: date = JANUARY, contract: int | None = None, **terms: object
    ) -> None:
        plan.agree(
            self.world.session, contract or self.contract, AdvanceTerms(D(amount), **terms), day, author="t"  # type: ignore[arg-type]
        )  # fmt: skip

    def advances(self, on: date, contracts: list[int] | None = None) -> AdvanceRun:
        how = AdvanceIssue(self.world.entity, on, issue_apart, "t")
        return run.issue_due(self.world.begin, how, contract_ids=contracts)

    def bill(self, span: Span, *, day: date | None = None, contracts: list[int] | None = None) -> WrittenInvoice:
        """The usual bill over some days."""
        contracts = contracts or [self.contract]
        rated = [one.rated for one in rate_contracts(self.world.session, contracts, span) if one.rated]
        (bill,) = issue(self.world.session, rated, bill_date=day or span.end, author="t")
        return bill

    def credit(self, invoice_id: int, day: date) -> WrittenInvoice:
        return correct_invoice.credit(
            self.world.session, invoice_id, reason="wrong", day=day, author="t", clock=lambda: noon(day)
        )

    def stored(self, bill: WrittenInvoice) -> InvoiceWithProof:
        return invoice_with_proof(self.world.session, bill.id)

    def in_wait(self, until: date = date(2028, 1, 1)) -> list[tuple[str, Decimal]]:
        """Label and net of what waits."""
        lines = pending_lines.waiting(self.world.session, self.world.contracts, until)
        return [(each.line.label, each.line.amount) for of_contract in lines.values() for each in of_contract]
