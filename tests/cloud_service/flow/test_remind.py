from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from cloud_service.domain.receivables.dunning import read_rules
from cloud_service.flow import arrangements, collect, deliver, remind
from cloud_service.flow.dunning.reminders_off import set_reminders_off
from cloud_service.flow.dunning.rules import set_rules
from cloud_service.flow.issue import issue
from cloud_service.flow.rate import rate_contracts
from cloud_service.mail import Outbox
from cloud_service.store.database.session import transaction
from cloud_service.store.delivery import post
from cloud_service.store.invoicing.invoice_rows import WrittenInvoice
from cloud_service.store.receivables.ledger import balances
from cloud_service.store.receivables.reconciliation import reconcile
from common.errors import InputError
from common.period import Span
from tests.books.operations import rated
from tests.books.world import World, build
from tests.cloud_service.documents.papers import text_of

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
BILLED = date(2026, 11, 2)  # due on 16 November
FIRST, SECOND = date(2026, 11, 23), date(2026, 12, 7)


@pytest.fixture
def world(session: Session) -> World:
    world = build(session, tenants=2)
    for register in world.registers:
        world.readings(register, OCTOBER)
    return world


@pytest.fixture
def bills(world: World) -> list[WrittenInvoice]:
    october = [one.rated for one in rate_contracts(world.session, world.contracts, OCTOBER) if one.rated]
    return issue(world.session, october, bill_date=BILLED, author="test")


def test_the_first_step_comes_seven_days_after_the_due_date_and_once(world: World, bills: list[WrittenInvoice]) -> None:
    assert [] == remind.remind(world.begin, date(2026, 11, 22), author="t")

    told = remind.remind(world.begin, FIRST, author="t")

    assert [("Zahlungserinnerung", Decimal("118.29"))] * 2 == [(one.step, one.amount) for one in told]
    assert [] == remind.remind(world.begin, FIRST, author="t")


def test_the_second_step_has_a_fee_that_is_an_invoice_of_its_own(world: World, bills: list[WrittenInvoice]) -> None:
    remind.remind(world.begin, FIRST, author="t")
    told = remind.remind(world.begin, SECOND, author="t")
    world.session.commit()

    assert [Decimal("120.79")] * 2 == [one.amount for one in told]
    assert Decimal("-5.00") == balances(world.session)["fees", "EUR"]
    assert all(one.agrees for one in reconcile(world.session, SECOND))


def test_one_letter_of_bills_at_two_steps_has_the_words_and_the_fee_of_the_further_one(
    world: World, bills: list[WrittenInvoice]
) -> None:
    remind.remind(world.begin, FIRST, author="t")
    november = rated(world.contracts[0], world.accounts[0], date(2026, 11, 1), Decimal(100))
    issue(world.session, [november], bill_date=date(2026, 11, 12), author="t")
    told = remind.remind(world.begin, SECOND, author="t")
    letters = world.session.execute(
        text(
            "SELECT facts->>'step' AS step, facts->'letter'->>'wording' AS wording,"
            " jsonb_array_length(facts->'letter'->'bills') AS bills FROM delivery"
            " WHERE kind = 'reminder' AND account_id = :account ORDER BY id"
        ),
        {"account": world.accounts[0]},
    ).all()

    assert ("A1", "1. Mahnung", Decimal("239.79")) == (told[0].account, told[0].step, told[0].amount)
    assert [("Zahlungserinnerung", 1), ("1. Mahnung", 2)] == [(letter.step, letter.bills) for letter in letters]
    assert letters[0].wording != letters[1].wording


def test_paid_disputed_and_planned_invoices_are_left_alone(world: World, bills: list[WrittenInvoice]) -> None:
    arrangements.dispute(world.session, bills[0].id, reason="meter is wrong", day=BILLED, author="t")
    arrangements.agree_plan(world.session, [bills[1].id], 3, date(2026, 12, 1), reason="short of money", author="t")

    assert [] == remind.remind(world.begin, SECOND, author="t")

    arrangements.close_dispute(world.session, bills[0].id, outcome="meter was right", day=FIRST, author="t")

    assert ["A1"] == [one.account for one in remind.remind(world.begin, SECOND, author="t")]


def test_a_company_s_own_rules_take_the_place_of_the_country_s_and_running_cases_keep_theirs(
    world: World, bills: list[WrittenInvoice]
) -> None:
    arrangements.dispute(world.session, bills[1].id, reason="meter is wrong", day=BILLED, author="t")
    remind.remind(world.begin, FIRST, author="t")  # the first bill's case runs by the rules of Germany
    own = read_rules({"steps": [{"name": "Call", "days": 3, "fee": {"EUR": "1.00", "KES": "900"}}]})
    set_rules(world.session, world.entity, own, FIRST, today=FIRST, author="t")
    arrangements.close_dispute(world.session, bills[1].id, outcome="was right", day=FIRST, author="t")

    told = remind.remind(world.begin, FIRST, author="t")
    later = remind.remind(world.begin, SECOND, author="t")

    assert [("A2", "Call", Decimal("119.29"))] == [(one.account, one.step, one.amount) for one in told]
    assert [("A1", "1. Mahnung")] == [(one.account, one.step) for one in later]


def test_an_account_that_rests_is_reminded_again_from_its_day_on(world: World, bills: list[WrittenInvoice]) -> None:
    assert set_reminders_off(world.session, world.accounts[0], SECOND, author="t", reason="in talks")

    assert ["A2"] == [one.account for one in remind.remind(world.begin, FIRST, author="t")]
    assert ["A2", "A1"] == sorted((one.account for one in remind.remind(world.begin, SECOND, author="t")), reverse=True)
    assert not set_reminders_off(world.session, world.accounts[0], SECOND, author="t")


def test_debts_below_the_least_amount_are_not_reminded_of(world: World, bills: list[WrittenInvoice]) -> None:
    steps = [{"name": "first", "days": 5}]
    rules = read_rules({"steps": steps, "least": {"EUR": "100.00"}})
    set_rules(world.session, world.entity, rules, BILLED, today=BILLED, author="t")
    collect.pay(
        world.session, world.accounts[0], Decimal("18.30"), provider="cash", reference="1", day=BILLED, author="t"
    )  # fmt: skip

    assert [("A2", Decimal("118.29"))] == [
        (one.account, one.amount) for one in remind.remind(world.begin, FIRST, author="t")
    ]


def test_the_letter_has_the_bills_with_amounts_the_pay_link_and_its_pdf(
    world: World, bills: list[WrittenInvoice], engine: Engine
) -> None:
    remind.remind(world.begin, FIRST, author="t")
    remind.remind(world.begin, SECOND, author="t")
    world.session.commit()
    outbox = Outbox()
    ids = list(world.session.scalars(text("SELECT id FROM delivery WHERE kind = 'reminder' ORDER BY id")))

    def noon() -> datetime:
        return datetime(2026, 12, 7, 12, tzinfo=UTC)

    deliver.deliver(lambda: transaction(engine), ids, outbox, noon, public_url="https://energy.example")
    first, second = (letter for letter in outbox.letters if letter.recipient == outbox.letters[0].recipient)

    assert f"https://energy.example/pay/{bills[0].public_id}" in first.html
    assert "INV-2026-00001: €118.29" in first.text
    assert "bills@example.org" == first.reply_to
    assert first.message_id.endswith("@example.org")
    assert first.text.splitlines()[2] != second.text.splitlines()[2]
    assert [1, 2] == [len(letter.attachments) for letter in (first, second)]
    assert "INV-2026-00003.pdf" == second.attachments[1].filename
    assert "Late fee" in text_of(second.attachments[1].body)
    assert "INV-2026-00001" in text_of(first.attachments[0].body)


def test_a_bill_that_waits_for_the_post_is_not_reminded_of_until_it_is_handed_in(
    world: World, bills: list[WrittenInvoice]
) -> None:
    post.queue(world.session, [bills[0].id])

    assert [world.accounts[1]] == [one.account_id for one in remind.remind(world.begin, FIRST, author="t")]

    post.mark_posted(world.session, [bills[0].id], BILLED, "t")

    assert [world.accounts[0]] == [one.account_id for one in remind.remind(world.begin, FIRST, author="t")]


def test_a_late_fee_that_cannot_be_the_e_invoice_its_client_wants_is_put_aside_alone(
    world: World, bills: list[WrittenInvoice]
) -> None:
    remind.remind(world.begin, FIRST, author="t")
    world.session.execute(text("UPDATE client SET einvoice = 'einvoice_ubl' WHERE number = 'C1'"))

    with pytest.raises(InputError, match="the seller needs a VAT id") as letters:
        remind.remind(world.begin, SECOND, author="t")
    assert "left out: A1; all others are done" in str(letters.value.hint)
    assert ["INV-2026-00003"] == world.session.scalars(
        text("SELECT number FROM invoice WHERE basis ? 'fee_for' ORDER BY id")
    ).all()
