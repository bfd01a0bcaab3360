"""Interest on overdue invoices by the rules they came under, as invoices of their own; published base rates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from msgspec.structs import replace

from cloud_service.documents.einvoice.before_issue import EinvoiceCheck
from cloud_service.domain.invoicing.basis import InvoiceBasis
from cloud_service.domain.invoicing.invoice import Draft, single_line
from cloud_service.domain.receivables.dunning import InterestRule, amount_in, dunning_rules, with_base_rates
from cloud_service.domain.receivables.dunning_history import RulesFrom, RulesHistory
from cloud_service.domain.receivables.late_interest import (
    InterestLine,
    OverdueSpan,
    between,
    interest,
    overdue_spans,
    rounded_sum,
)
from cloud_service.store.audit import log
from cloud_service.store.customers.billing_parties import parties
from cloud_service.store.database.session import Session
from cloud_service.store.delivery import einvoice_rules, outgoing
from cloud_service.store.invoicing.invoice_rows import WrittenInvoice
from cloud_service.store.invoicing.issue_drafts import issue_drafts
from cloud_service.store.receivables import dunning_rule_sets, interest_base_rates, overdue_invoices
from cloud_service.store.receivables.account_by_account import Begin, account_by_account
from cloud_service.store.receivables.overdue_invoices import OverdueInvoice
from common.errors import InputError
from common.period import Span

NONE_SET = RulesHistory()


@dataclass(frozen=True, slots=True)
class OwedInterest:
    """What is owed on an invoice since interest was last charged."""

    lines: tuple[InterestLine, ...]
    lump_sum: Decimal
    amount: Decimal
    source: str

    @property
    def why(self) -> str:
        """The arithmetic in words."""
        return "; ".join(
            [*(line.why for line in self.lines), *([f"lump sum {self.lump_sum}"] if self.lump_sum else [])]
        )


def enter_base_rate(session: Session, country: str, start: date, percent: Decimal, *, author: str) -> None:
    """A base rate that was published since the country's rules were written down, in force from `start`."""
    if dunning_rules(country).interest is None and country not in _countries_of_companies(session):
        raise InputError(f"the rules of {country or 'this country'} charge no interest", path="country")
    before = interest_base_rates.enter(session, country, start, percent, author)
    log.record(
        session,
        [log.AuditChange(author, "base_rate.enter", f"base_rate:{country}:{start}",
                         {} if before is None else {"percent": format(before, "f")},
                         {"percent": format(percent, "f")})],
    )  # fmt: skip


def _countries_of_companies(session: Session) -> set[str]:
    rules = (each.rules.interest for each in dunning_rule_sets.rule_sets(session))
    return {rule.base_country for rule in rules if rule is not None and not rule.fixed}


def charge_interest(begin: Begin, day: date, *, author: str, entity_id: int | None = None) -> list[WrittenInvoice]:
    """Invoices of the interest up to (and without) a day, one for each overdue invoice; never twice a day.

    A transaction an account (`begin`).
    """
    with begin() as session:
        overdue = overdue_invoices.overdue_invoices(session, day, entity_id)

    def charge_account(session: Session, account_id: int) -> list[WrittenInvoice]:
        histories = dunning_rule_sets.histories(session, entity_id)
        issued: list[WrittenInvoice] = []
        for row in overdue_invoices.overdue_invoices(session, day, entity_id, account_id):
            draft = _draft(session, row, day, histories.get(row.entity_id, NONE_SET))
            if draft is not None:
                _einvoices(session).check([draft])
                issued += issue_drafts(session, [draft], author=author)
        return issued

    accounts = {row.account_id: row.account for row in overdue if not row.derived}
    return account_by_account(begin, accounts, charge_account)


def _einvoices(session: Session) -> EinvoiceCheck:
    rules = (partial(einvoice_rules.in_use, session), partial(einvoice_rules.stylesheet, session))
    return EinvoiceCheck(partial(outgoing.theme, session), *rules)


def _draft(session: Session, row: OverdueInvoice, day: date, history: RulesHistory) -> Draft | None:
    if row.derived:  # no interest on interest (BGB § 289), nor on fees
        return None
    charged_until = overdue_invoices.interest_until(session, row.account_id, row.invoice_id) or row.taken_over_on
    spans = overdue_spans(row.due_date, row.total, overdue_invoices.settlements(session, row.invoice_id), day)
    uncharged = between(spans, charged_until)
    owed = _owed(session, row, uncharged, history.timeline(row.taken, row.rules_id, day, row.country), charged_until)
    if owed is None:
        return None
    account = parties(session, [row.account_id], day)[row.account_id]
    return single_line(
        account, charge="interest", label=f"Interest on {row.number}", amount=owed.amount, why=owed.why,
        days=Span(min(line.span.start for line in owed.lines), day), bill_date=day,
        basis=InvoiceBasis(interest_on=row.invoice_id, interest_until=day, source=owed.source),
    )  # fmt: skip


def _owed(
    session: Session, row: OverdueInvoice, spans: Sequence[OverdueSpan], timeline: Sequence[RulesFrom],
    charged_until: date | None,
) -> OwedInterest | None:  # fmt: skip
    """The interest of each rule on the days it held; None where there is none, or less than is charged at once."""
    lines: list[InterestLine] = []
    ends = [*(each.valid_from for each in timeline[1:]), None]
    for each, end in zip(timeline, ends, strict=True):
        if each.rules.interest is not None:
            rule = _with_base(session, each.rules.interest, row.country)
            first = max(each.valid_from, row.due_date + timedelta(days=1 + rule.after_days))
            lines += interest(rule, row.kind, between(spans, first, end))
    last = timeline[-1].rules.interest
    new_case = last is not None and charged_until is None and row.kind == "company" and bool(lines)
    lump_sum = amount_in(last.lump_sum_company, row.currency) if last is not None and new_case else Decimal(0)
    amount = rounded_sum(lines, row.currency) + lump_sum
    if amount <= 0 or (last is not None and amount < amount_in(last.least, row.currency)):
        return None
    return OwedInterest(tuple(lines), lump_sum, amount, last.base_source if last is not None else "")


def _with_base(session: Session, rule: InterestRule, country: str) -> InterestRule:
    """The rule with the base rates of its country, those of the product's file and those that were entered."""
    if rule.fixed:
        return rule
    published = dunning_rules(rule.base_country).interest if rule.base_country else None
    if published is not None:
        rule = replace(rule, base=published.base, base_source=published.base_source, base_months=published.base_months)
    return with_base_rates(rule, interest_base_rates.entered(session, rule.base_country or country))
