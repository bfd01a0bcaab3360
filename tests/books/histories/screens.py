"""What lists, cards and statements say at the end, held against papers and the second opinion."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from cloud_service.store.customers.tables import LegalEntity
from cloud_service.store.database.session import transaction
from cloud_service.store.lists import customers, invoices
from cloud_service.store.lists.paging import ListQuery, page_of
from cloud_service.store.lookups import dashboard
from cloud_service.store.lookups.receivables import statement as account_page
from cloud_service.store.receivables.prepaid import prepaid_list
from cloud_service.store.receivables.statements_and_ageing import ageing, statement
from cloud_service.store.scope import Scope
from common.period import Span
from tests.books.histories import opinion
from tests.books.histories.operator import COUNTERS, Operator
from tests.books.histories.papers import Papers

ZERO = Decimal(0)
ALL_ROWS = ListQuery(size=500)


def faults_of_screens(operator: Operator, start: date) -> Iterator[str]:
    """Each screen that says otherwise."""
    with transaction(operator.engine) as session:
        papers = operator.papers()
        yield from wrong_accounts(session, operator, papers, start)
        yield from wrong_totals(session, operator, papers, start)
        yield from wrong_balances(session, operator, papers)


def wrong_accounts(session: Session, operator: Operator, papers: Papers, start: date) -> Iterator[str]:
    """Statement, account page, list of accounts and ageing say what the ledger says of each account."""
    scope, today = Scope(entities=frozenset({operator.entity})), operator.today
    listed = page_of(session, customers.accounts(scope, ALL_ROWS, today), ALL_ROWS).rows
    rows = {row.number: row.outstanding - row.credit for row in listed}
    aged = {row.account_id: row.total - row.credit for row in ageing(session, today, scope)}
    for number, account in enumerate(operator.accounts):
        owed = papers.owed[account][1]
        bookings = account_page(session, account)
        amounts = {
            "the statement": statement(session, account, start, today).closing,
            "the account's page": sum((booking.amount for booking in bookings), ZERO),
            "the list of accounts": rows[f"{operator.tag}-A{number}"],
            "the ageing": aged.get(account, ZERO),
        }
        for screen, amount in amounts.items():
            if amount != owed:
                yield f"{screen} says that client {number} owes {amount}, the ledger {owed}"


def wrong_balances(session: Session, operator: Operator, papers: Papers) -> Iterator[str]:
    """Who pays before has left what the ledger says, when all days are billed."""
    balances = {line.account: line.balance for line in prepaid_list(session, operator.entity)}
    owners = {owner.account for owner in operator.life.owners.values()}  # who go on paying for empty places
    for number, account in enumerate(operator.accounts):
        if number in owners:
            continue
        balance = balances.get(f"{operator.tag}-A{number}")
        if balance is not None and balance != -papers.owed[account][1]:
            yield f"the prepaid list says that client {number} has {balance}, the ledger {-papers.owed[account][1]}"


def wrong_totals(session: Session, operator: Operator, papers: Papers, start: date) -> Iterator[str]:
    """The foot of the list of bills and the cards say what all papers say."""
    scope, today = Scope(entities=frozenset({operator.entity})), operator.today
    foot = page_of(session, invoices.invoices(scope, ALL_ROWS, today), ALL_ROWS).sums
    billed = sum((bill for bill, _ in papers.owed.values()), ZERO)
    cards = dashboard.totals(session, session.get_one(LegalEntity, operator.entity), Span(start, today), today)
    if foot["total_local"] != billed:
        yield f"the list of bills sums to {foot['total_local']}, its papers to {billed}"
    if cards.outstanding_local != foot["outstanding_local"]:
        yield f"the card says that {cards.outstanding_local} is open, the list of bills {foot['outstanding_local']}"
    used = energy_billed(operator, papers)
    if not papers.standing("difference") and foot["energy"] != used:
        yield f"the list of bills counts {foot['energy']} Wh, the counters {used}"


def energy_billed(operator: Operator, papers: Papers) -> int:
    """What the counters say of the days that live bills are for."""
    energies = [
        opinion.energy(operator.life, operator.points.index(days.point), days.start, days.end, register)
        for days, _ in papers.by_days()
        for register in COUNTERS[operator.kinds[operator.points.index(days.point)]]
        if register.startswith("import")
    ]
    return sum(energy or 0 for energy in energies)
