"""Tenants come, go and agree on other terms."""

from datetime import date

from cloud_service.flow.customers import contract
from cloud_service.flow.invoicing import unbilled
from common.period import Span
from tests.books.histories.operator import WHO, Operator
from tests.books.histories.opinion import Owner, Stay


def move_in(operator: Operator, point: int, account: int, code: str, days: tuple[date, date | None]) -> None:
    """A tenant comes, sometimes with a known last day."""
    day, until = days
    number = f"{operator.tag}-V{operator.contracts}"
    move = contract.MoveIn(
        number, operator.points[point], operator.accounts[account], operator.tariffs[code], day, until
    )
    with operator.door() as session:
        contract.move_in(session, move, author=WHO)
    operator.contracts += 1
    operator.life.stays.append(Stay(number, point, account, day, until, [(day, code)]))


def move_out(operator: Operator, stay: Stay, day: date) -> None:
    """A tenant's first day without supply."""
    with operator.door() as session:
        contract.move_out(session, operator.contract_id(session, stay), day, author=WHO)
    stay.end = day


def change_end(operator: Operator, stay: Stay, day: date | None) -> None:
    """A tenant leaves on another day, or stays after all."""
    with operator.door() as session:
        contract.change_end(session, operator.contract_id(session, stay), day, author=WHO, reason="told so")
    stay.end = day


def change_start(operator: Operator, stay: Stay, day: date) -> None:
    """A tenant came on another day."""
    with operator.door() as session:
        contract.change_start(session, operator.contract_id(session, stay), day, author=WHO, reason="told so")
    first, *others = sorted(stay.tariffs)
    stay.start, stay.tariffs = day, [(min(first[0], day), first[1]), *others]


def never_was(operator: Operator, stay: Stay) -> None:
    """A tenant did not come at all."""
    with operator.door() as session:
        contract.take_back_contract(session, operator.contract_id(session, stay), author=WHO, reason="a mistake")
    operator.life.stays.remove(stay)


def change_owner(operator: Operator, stay: Stay, account: int, day: date) -> None:
    """Another account pays from a day on, all else stays."""
    code = max((first, code) for first, code in stay.tariffs if first <= max(day, stay.start))[1]
    later = [(first, code) for first, code in stay.tariffs if first > day]
    with operator.door() as session:
        old = operator.contract_id(session, stay)
        contract.change_owner(session, old, operator.accounts[account], day, author=WHO, reason="sold")
    successor = Stay(f"{stay.number}-{day:%Y%m%d}", stay.point, account, day, stay.end, [(day, code), *later])
    stay.end = day
    operator.life.stays.append(successor)


def change_tariff(operator: Operator, stay: Stay, code: str, day: date) -> None:
    """Another tariff from a day on."""
    with operator.door() as session:
        id_ = operator.contract_id(session, stay)
        contract.change_tariff(session, id_, operator.tariffs[code], day, author=WHO, reason="agreed")
    stay.tariffs = [(first, former) for first, former in stay.tariffs if first != day] + [(day, code)]


def set_owner(operator: Operator, point: int, account: int, code: str, since: date) -> None:
    """The owner pays for the empty days of a place."""
    with operator.door() as session:
        contract.set_vacancy(
            session, operator.points[point], operator.accounts[account], operator.tariffs[code], author=WHO, since=since
        )
    operator.life.owners[point] = Owner(account, code, since)


def change_cycle(operator: Operator, account: int, cycle: str, day: int) -> None:
    """How often an account is billed."""
    with operator.door() as session:
        contract.change_cycle(session, operator.accounts[account], cycle, day, author=WHO)


def change_mode(operator: Operator, account: int, mode: str, day: date) -> None:
    """An account pays before, or after."""
    with operator.door() as session:
        contract.change_mode(session, operator.accounts[account], mode, day, author=WHO)


def leave_unbilled(operator: Operator, stay: Stay, start: date, end: date) -> None:
    """Days of a tenant are billed to nobody."""
    with operator.door() as session:
        id_ = unbilled.leave_unbilled(
            session, operator.contract_id(session, stay), Span(start, end), author=WHO, reason="a present"
        )
    operator.life.waived.setdefault(stay.number, []).append((start, end))
    operator.waived.append((stay.number, start, end, id_))


def bill_after_all(operator: Operator, number: str, start: date, end: date, id_: int) -> None:
    """Such days are billed after all."""
    with operator.door() as session:
        unbilled.bill_after_all(session, [operator.entity], id_, author=WHO, reason="no present")
    operator.life.waived[number].remove((start, end))
    operator.waived.remove((number, start, end, id_))
