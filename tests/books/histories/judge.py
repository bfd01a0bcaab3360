"""What must hold at an operator after every turn, and at the end, when everything was read and everybody has left."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from tests.books.histories import opinion
from tests.books.histories.operator import Operator
from tests.books.histories.opinion import Nets
from tests.books.histories.papers import Bill, Line, Papers, nets_of

ZERO = Decimal(0)


def faults(operator: Operator) -> list[str]:
    """What the product says otherwise than the second opinion."""
    papers = operator.papers()
    return [
        *strangers_days(operator, papers), *days_twice(papers), *wrong_bills(operator, papers), *wrong_tax(papers),
        *bills_after_gaps(operator, papers), *wrong_shares(operator, papers), *wrong_accounts(operator, papers),
        *operator.wrong,
    ]  # fmt: skip


def faults_at_the_end(operator: Operator, start: date, end: date) -> list[str]:
    """What is left undone when there is nothing left to do."""
    papers = operator.papers()
    return [
        *faults(operator),
        *days_never_billed(operator, papers, start, end),
        *(f"{bill.number} is still marked as late" for bill in papers.bills.values() if bill.live and bill.touched),
        *(f"{line} still waits" for line in papers.waiting if not to_be_shared_anew(operator, line)),
    ]


def to_be_shared_anew(operator: Operator, line: Line) -> bool:
    """A share of days that its member does not live there any more."""
    shares = [share for share in operator.life.shares if line.charge == "share" and share.label == line.label]
    return any(not opinion.is_due(operator.life, share, line.contract) for share in shares)


def strangers_days(operator: Operator, papers: Papers) -> Iterator[str]:
    """A bill is of days on which its client pays for the place."""
    for bill in live(papers):
        for days in bill.days:
            point = operator.points.index(days.point)
            for day in each_day(days.start, days.end):
                payer = opinion.payer(operator.life, point, day)
                if opinion.is_waived(operator.life, point, day):
                    yield f"{bill.number} bills {day} of Flat {point}, which is left unbilled"
                    break
                if payer != bill.account:
                    yield f"{bill.number} bills {day} of Flat {point} to client {bill.account}, not to {payer}"
                    break


def days_twice(papers: Papers) -> Iterator[str]:
    """No day of a place is billed twice."""
    seen: dict[tuple[int, date], str] = {}
    for bill in live(papers):
        for days in bill.days:
            for day in each_day(days.start, days.end):
                if (days.point, day) in seen:
                    yield f"{day} is billed by {seen[days.point, day]} and {bill.number}"
                seen[days.point, day] = bill.number


def days_never_billed(operator: Operator, papers: Papers, start: date, end: date) -> Iterator[str]:
    """Every day that somebody pays for is billed."""
    billed = {
        (operator.points.index(days.point), day)
        for bill in live(papers)
        for days in bill.days
        for day in each_day(days.start, days.end)
    }
    due = opinion.lived(operator.life, range(len(operator.points)), start, end)
    missing = sorted(due.keys() - billed)
    if missing:
        yield f"{len(missing)} days are never billed, from {missing[0]} to {missing[-1]}"


def wrong_bills(operator: Operator, papers: Papers) -> Iterator[str]:
    """A bill and the differences to it are what its days cost, or it is marked as late."""
    differences: dict[str, list[Line]] = {}
    for line in papers.standing("difference"):
        differences.setdefault(line.corrects, []).append(line)
    dues = all_due(operator, papers)
    for bill in papers.bills.values():
        standing = nets_of([*(bill.own if bill.live else ()), *differences.get(bill.number, ())])
        if bill.live and bill.number not in dues:
            continue  # a bill before it is marked as late
        due = dues[bill.number] if bill.live else {}
        if (due is None or some(standing) != some(due)) and not (bill.live and bill.touched):
            state = "" if bill.live else " (credited)"
            yield f"{bill.number}{state} bills {in_words(standing)}, owed is {in_words(due)}"


def all_due(operator: Operator, papers: Papers) -> dict[str, Nets | None]:
    """The opinion on each live bill, in the order of their days: what one leaves over the next one has.

    One with a surplus to come is left out while days before it are not billed, or a bill before it is marked as late.
    """
    dues: dict[str, Nets | None] = {}
    kept: dict[str, tuple[date, Decimal]] = {}  # by contract: billed without a gap up to here, the surplus
    every = sorted(papers.by_days(), key=lambda each: each[0].start)
    left_out: set[str] = set()
    for days, bill in every:
        point = operator.points.index(days.point)
        until, surplus = kept.get(days.contract, (days.contract_start, ZERO))
        until = opinion.after_waived(operator.life, days.contract, until)
        netted = opinion.tariff_on(operator.life, point, days.start) in operator.life.netted
        outcome = opinion.bill(operator.life, point, days.start, days.end, surplus)
        whole = until == days.start and outcome is not None and not bill.touched
        kept[days.contract] = (days.end if whole else date.max, outcome[1] if outcome else ZERO)
        if netted and not whole and not bill.touched:
            left_out.add(bill.number)
        due = dues.setdefault(bill.number, {})
        if outcome is None or due is None:
            dues[bill.number] = None
        else:
            for percent, net in outcome[0].items():
                due[percent] = due.get(percent, ZERO) + net
    return {number: due for number, due in dues.items() if number not in left_out}


def bills_after_gaps(operator: Operator, papers: Papers) -> Iterator[str]:
    """What is kept comes from the bill of the day before, or the later one is marked as late; the first begins anew."""
    credited = {
        (days.contract, day) for bill in papers.bills.values() if not bill.live for days in bill.days
        for day in each_day(days.start, days.end)
    }  # fmt: skip
    until: dict[str, date] = {}
    for days, bill in sorted(papers.by_days(), key=lambda each: each[0].start):
        point = operator.points.index(days.point)
        netted = opinion.tariff_on(operator.life, point, days.start) in operator.life.netted
        reached = opinion.after_waived(operator.life, days.contract, until.get(days.contract, days.start))
        if netted and reached != days.start and not bill.touched and (days.contract, reached) not in credited:
            yield f"{bill.number} is from {days.start} on, its contract is billed up to {reached}"
        until[days.contract] = days.end


def wrong_tax(papers: Papers) -> Iterator[str]:
    """VAT is that of the lines, and the total is all of it."""
    for bill in papers.bills.values():
        nets = nets_of(bill.lines)
        tax = opinion.tax(nets)
        total = sum(nets.values(), ZERO) + tax
        if (bill.tax, bill.total) != (tax, total):
            yield f"{bill.number} is {bill.total} with VAT {bill.tax}, should be {total} with {tax}"


def wrong_shares(operator: Operator, papers: Papers) -> Iterator[str]:
    """Every part of a shared cost is on one bill, or waits for one."""
    lines = papers.standing("share")
    for share in operator.life.shares:
        for member, part in opinion.parts(share).items():
            amounts = [
                line.amount for line in lines if (line.contract, line.label.partition(" ·")[0]) == (member, share.label)
            ]
            if sum(amounts, ZERO) != part:
                yield f"{share.label} is {part} for {member}, standing are {amounts}"


def wrong_accounts(operator: Operator, papers: Papers) -> Iterator[str]:
    """What an account owes by the ledger is its papers less its money."""
    for number, account in enumerate(operator.accounts):
        billed, owed = papers.owed[account]
        paid = operator.life.money.get(number, ZERO)
        lost = sum(operator.life.lost.get(number, {}).values(), ZERO)
        if owed != billed - paid - lost:
            yield f"client {number} owes {owed} by the ledger, {billed} - {paid} - {lost} by papers and money"


def live(papers: Papers) -> list[Bill]:
    """Bills that no credit note took back."""
    return [bill for bill in papers.bills.values() if bill.live]


def each_day(start: date, end: date) -> list[date]:
    """The days of a span."""
    return [start + timedelta(days=number) for number in range((end - start).days)]


def some(nets: Nets) -> Nets:
    """Those that are not zero."""
    return {percent: net for percent, net in nets.items() if net}


def in_words(nets: Nets | None) -> str:
    """In words."""
    return (
        "not known"
        if nets is None
        else " + ".join(f"{net} at {percent:f} %" for percent, net in sorted(nets.items())) or "0"
    )
