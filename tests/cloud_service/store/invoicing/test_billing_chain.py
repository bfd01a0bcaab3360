"""The bill before and the one after."""

from importlib import import_module

import msgspec
from sqlalchemy import text

from cloud_service.domain.pricing.history_fingerprint import fingerprint
from cloud_service.domain.pricing.usage import History
from cloud_service.domain.rating.rated_contract import RatedContract
from cloud_service.store.database.bulk_rows import driver
from cloud_service.store.invoicing.billing_chain import broken, next_bills
from cloud_service.store.invoicing.corrections import free_spans
from common.period import Span
from tests.books.operations import rated
from tests.books.world import World
from tests.cloud_service.store.invoicing.october import NOVEMBER, OCTOBER
from tests.cloud_service.store.invoicing.test_rating_history import CREDIT, issue_with


def contract(world: World, span: Span, given: History, left: History = CREDIT) -> RatedContract:
    plain = rated(world.contracts[0], world.accounts[0], span.start, 10)  # type: ignore[arg-type]
    return msgspec.structs.replace(plain, given=fingerprint(given), history=left)


def reasons(world: World, *contracts: RatedContract) -> list[str]:
    return [error.code for error in broken(world.session, contracts).values()]


def test_what_was_given_what_the_bill_before_left_over_fits(world: World) -> None:
    issue_with(world, OCTOBER)

    assert [] == reasons(world, contract(world, NOVEMBER, CREDIT))
    assert ["history_changed"] == reasons(world, contract(world, NOVEMBER, History()))


def test_of_two_months_together_the_second_is_given_what_the_first_leaves_over(world: World) -> None:
    october = contract(world, OCTOBER, History())

    assert [] == reasons(world, contract(world, NOVEMBER, CREDIT), october)
    assert ["history_changed"] == reasons(world, contract(world, NOVEMBER, History()), october)


def test_a_bill_of_later_days_must_have_been_given_what_is_left_over(world: World) -> None:
    october = issue_with(world, OCTOBER)
    november = issue_with(world, NOVEMBER)
    free_spans(world.session, october.id)
    following = next_bills(world.session, [(world.contracts[0], OCTOBER)])[world.contracts[0], OCTOBER.start]

    assert (november.number, NOVEMBER.start, fingerprint(CREDIT)) == (
        following.number, following.start, following.given,
    )  # fmt: skip
    assert [] == reasons(world, contract(world, OCTOBER, History()))
    assert ["later_bills"] == reasons(world, contract(world, OCTOBER, History(), History()))


def test_a_gap_before_the_later_bill_is_billed_first(world: World) -> None:
    issue_with(world, NOVEMBER)
    half = Span(OCTOBER.start, OCTOBER.start.replace(day=16))

    assert {} == next_bills(world.session, [(world.contracts[0], half)])


def test_days_that_are_left_unbilled_on_purpose_are_no_gap(world: World) -> None:
    issue_with(world, OCTOBER)
    december = Span(NOVEMBER.end, NOVEMBER.end.replace(day=31))
    assert ["earlier_unbilled"] == reasons(world, contract(world, december, CREDIT))

    world.session.execute(
        text(
            "INSERT INTO waived_span (contract_id, during, reason, author)"
            " VALUES (:contract, daterange('2026-11-01', '2026-12-01'), 'goodwill', 't')"
        ),
        {"contract": world.contracts[0]},
    )
    assert [] == reasons(world, contract(world, december, CREDIT))


def test_bills_of_before_are_noted_as_they_were_made(world: World) -> None:
    """What the upgrade writes of bills that were issued before is what issuing writes today."""
    first, _second = issue_with(world, OCTOBER), issue_with(world, NOVEMBER)
    noted = text("SELECT invoice_id, contract_id, kind, on_invoice_id FROM invoice_dependency ORDER BY id")
    before = world.session.execute(noted).all()
    world.session.commit()
    migration = import_module("cloud_service.store.migrations.versions.0039_billing_chain")
    driver(world.session).execute(migration.BEFORE)

    assert before == [tuple(row) for row in world.session.execute(noted).all()[len(before) :]]
    assert [first.id] == [row.on_invoice_id for row in before]
