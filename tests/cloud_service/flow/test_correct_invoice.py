from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.invoicing.pending_lines import WaitingLine
from cloud_service.domain.invoicing.rebill_difference import ChangedLine
from cloud_service.domain.pricing.rated_line import OUTSIDE_VAT
from cloud_service.flow import arrangements, collect, correct_invoice
from cloud_service.flow.issue import issue
from cloud_service.flow.rate import rate_again, rate_contracts
from cloud_service.store.invoicing import pending_lines
from cloud_service.store.invoicing.corrections import touched
from cloud_service.store.invoicing.invoice_rows import WrittenInvoice
from cloud_service.store.invoicing.issued_invoice import issued_invoice
from cloud_service.store.invoicing.pending_lines import NewLine
from cloud_service.store.lists.invoices import invoice_row
from cloud_service.store.lookups.ids_by_name import invoice_id
from cloud_service.store.receivables import settlement
from cloud_service.store.receivables.ledger import balances
from common.errors import ConflictError, InputError
from common.period import Span
from tests.books.world import FLAT, World, build, noon
from tests.cloud_service.flow.surplus import SEPTEMBER, roof

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
NOVEMBER = Span(date(2026, 11, 1), date(2026, 12, 1))
TODAY = date(2026, 11, 10)


@pytest.fixture
def world(session: Session) -> World:
    world = build(session, tenants=1)
    world.readings(world.registers[0], OCTOBER)
    world.readings(world.registers[0], NOVEMBER)
    return world


def bill(world: World, span: Span = OCTOBER, day: date = date(2026, 11, 2)) -> WrittenInvoice:
    rated = [outcome.rated for outcome in rate_contracts(world.session, world.contracts, span) if outcome.rated]
    return issue(world.session, rated, bill_date=day, author="test")[0]


def late(world: World, day: date, wh: int) -> None:
    """The day was validated again, with other values."""
    world.session.execute(
        text(
            'UPDATE interval_day SET "values" = decode(repeat(:hex, octet_length("values") / 8), \'hex\'),'
            ' total = :wh * octet_length("values") / 8, made_at = clock_timestamp()'
            " WHERE register_id = :register AND day = :day"
        ),
        {"hex": wh.to_bytes(8, "little").hex(), "wh": wh, "register": world.registers[0], "day": day},
    )


def credit(world: World, issued: WrittenInvoice) -> WrittenInvoice:
    return correct_invoice.credit(
        world.session, issued.id, reason="wrong reading", day=TODAY, author="test", clock=lambda: noon(TODAY)
    )


def test_a_credit_note_takes_the_invoice_back_to_the_cent_and_frees_its_days(world: World) -> None:
    first = bill(world)
    note = credit(world, first)
    again = bill(world, day=TODAY)
    world.session.commit()

    assert (-first.draft.net, -first.draft.tax) == (note.draft.net, note.draft.tax)
    assert ("CN-2026-00001", "INV-2026-00002") == (note.number, again.number)
    assert again.draft.total == balances(world.session)["receivable", "EUR"]


def test_what_paid_the_credited_invoice_pays_the_new_one(world: World) -> None:
    first = bill(world)
    collect.pay(
        world.session, world.accounts[0], first.draft.total, provider="cash", reference="1", day=TODAY, author="t"
    )
    credit(world, first)
    bill(world, day=TODAY)
    world.session.commit()
    rows = {
        number: invoice_row(world.session, invoice_id(world.session, number), TODAY)
        for number in ("INV-2026-00001", "INV-2026-00002")
    }

    assert ("credited", Decimal(0)) == (rows["INV-2026-00001"].state, rows["INV-2026-00001"].received)
    assert ("paid", first.draft.total) == (rows["INV-2026-00002"].state, rows["INV-2026-00002"].received)


def test_what_was_written_off_of_a_credited_invoice_is_not_given_to_the_client(world: World) -> None:
    first = bill(world)
    arrangements.write_off(world.session, first.id, Decimal("20.00"), reason="lost", day=TODAY, author="t")
    credit(world, first)
    world.session.commit()
    amounts = balances(world.session)

    assert not any(amounts.values()), amounts
    assert not settlement.positions(world.session, world.accounts)


def test_money_is_not_taken_back_before_it_had_come(world: World) -> None:
    first = bill(world)
    whole = first.draft.total
    collect.pay(world.session, world.accounts[0], whole, provider="cash", reference="1", day=date(2026, 11, 20),
                author="t")  # fmt: skip
    credit(world, first)  # dated before the payment
    world.session.commit()
    settled = text("SELECT day, sum(sum(amount)) OVER (ORDER BY day) FROM allocation GROUP BY day ORDER BY day")

    assert [(TODAY, whole), (date(2026, 11, 20), whole)] == [tuple(row) for row in world.session.execute(settled)]


def test_an_invoice_is_credited_once(world: World) -> None:
    first = bill(world)
    credit(world, first)

    with pytest.raises(ConflictError, match="credited already"):
        credit(world, first)


def test_a_late_reading_lists_the_invoice_it_touches(world: World) -> None:
    first = bill(world)
    late(world, date(2026, 10, 5), 200)
    late(world, date(2026, 11, 5), 200)
    rows = touched(world.session)

    assert [(first.number, 1, 9600)] == [(row.number, row.days, row.change) for row in rows]


def test_a_day_that_was_rewritten_with_the_same_values_touches_nothing(world: World) -> None:
    bill(world)
    late(world, date(2026, 10, 5), 100)

    assert [] == touched(world.session)


def test_a_credit_note_is_of_no_day_before_the_bill_that_it_takes_back(world: World) -> None:
    first = bill(world)
    note = correct_invoice.credit(
        world.session, first.id, reason="typed 2 October", day=date(2026, 10, 2), author="t", clock=lambda: noon(TODAY)
    )

    assert first.draft.bill_date == note.draft.bill_date


def test_a_difference_goes_on_the_next_bill_with_its_vat_and_its_reason(world: World) -> None:
    first = bill(world)
    late(world, date(2026, 10, 5), 200)  # 96 × 0.1 kWh more: 9.6 kWh × 0.30 = 2.88
    rated = [outcome.rated for outcome in rate_contracts(world.session, world.contracts, OCTOBER) if outcome.rated]
    changed = correct_invoice.bill_difference(
        world.session, first.id, rated, reason="late reading", author="test", clock=lambda: noon(TODAY)
    )
    second = bill(world, NOVEMBER, date(2026, 12, 2))
    world.session.commit()

    assert ["Energy: 298 kWh → 307.6 kWh, 89.4 → 92.28"] == [change.why for change in changed]
    # 30 × 96 × 0.1 = 288 kWh: 86.40 + 10.00 + 2.88 = 99.28; 19 % of it 18.86
    assert (Decimal("99.28"), Decimal("18.86")) == (second.draft.net, second.draft.tax)
    assert [] == touched(world.session)


def difference_over_two_rates(session: Session) -> World:
    """The German case: 19 % up to the 15th, 16 % from the 16th on; a day of each is read late."""
    vat = {
        "name": "VAT", "label": "VAT", "category": "S",
        "rates": [{"percent": "19", "until": "2026-10-16"}, {"percent": "16", "from": "2026-10-16"}],
    }  # fmt: skip
    world = build(session, tariff=FLAT | {"charges": FLAT["charges"][:1], "taxes": [vat]}, tenants=1)
    world.readings(world.registers[0], OCTOBER)
    bill(world)
    late(world, date(2026, 10, 5), 200)
    late(world, date(2026, 10, 20), 200)
    assert 1 == len(bill_the_difference(world))
    return world


def bill_the_difference(world: World) -> list[ChangedLine]:
    """What the first bill would be now, kept for the next one."""
    return correct_invoice.bill_difference(
        world.session, 1, rate_again(world.session, 1), reason="late reading", author="test", clock=lambda: noon(TODAY)
    )


def test_a_difference_over_a_change_of_the_vat_has_a_line_for_each_rate(session: Session) -> None:
    difference_over_two_rates(session)
    lines = session.execute(
        text("SELECT amount, line->'tax'->>'percent' AS percent FROM pending_line ORDER BY id")
    ).all()

    # 9.6 kWh × 0.30 on a day of each rate
    assert [(Decimal("2.88"), "19"), (Decimal("2.88"), "16")] == [(line.amount, line.percent) for line in lines]


def test_what_a_difference_of_several_rates_has_billed_is_not_billed_again(session: Session) -> None:
    world = difference_over_two_rates(session)

    assert [] == bill_the_difference(world)
    assert Decimal("5.76") == session.execute(text("SELECT sum(amount) FROM pending_line")).scalar_one()


def test_a_difference_is_refused_where_later_bills_would_be_given_something_else(session: Session) -> None:
    world = roof(session)
    september = bill(world, SEPTEMBER)
    world.session.execute(text("DELETE FROM interval_day WHERE day = '2026-09-05' AND register_id > 1"))
    world.readings(world.registers[0] + 1, Span(date(2026, 9, 5), date(2026, 9, 6)), wh=150)
    rated = [outcome.rated for outcome in rate_contracts(world.session, world.contracts, SEPTEMBER) if outcome.rated]

    with pytest.raises(ConflictError, match="leaves over to later bills") as refused:
        correct_invoice.bill_difference(
            world.session, september.id, rated, reason="late", author="t", clock=lambda: noon(TODAY)
        )
    assert "bill it anew" in refused.value.hint


def test_a_second_difference_starts_from_what_the_first_has_billed(world: World) -> None:
    first = bill(world)
    for wh in (200, 300):
        late(world, date(2026, 10, 5), wh)
        rated = [outcome.rated for outcome in rate_contracts(world.session, world.contracts, OCTOBER) if outcome.rated]
        correct_invoice.bill_difference(
            world.session,
            first.id,
            rated,
            reason=f"{wh}",
            author="test",
            clock=partial(noon, date(2026, 11, wh // 50)),
        )
    amounts = world.session.execute(text("SELECT amount FROM pending_line ORDER BY id")).scalars().all()

    assert [Decimal("2.88"), Decimal("2.88")] == amounts


def difference(world: World, invoice: WrittenInvoice) -> None:
    """A day of the bill is corrected, and the difference waits for the next one."""
    late(world, date(2026, 10, 5), 200)
    rated = [outcome.rated for outcome in rate_contracts(world.session, world.contracts, OCTOBER) if outcome.rated]
    correct_invoice.bill_difference(
        world.session, invoice.id, rated, reason="late reading", author="test", clock=lambda: noon(TODAY)
    )


def share(world: World, amount: str) -> None:
    line = WaitingLine(
        charge="share", id="share", label="Heating", utility="", unit="", tax_category="", path="",
        start=OCTOBER.start, end=OCTOBER.end, quantity=Decimal(1), price=Decimal(amount), amount=Decimal(amount),
        amount_unrounded=Decimal(amount), why="a share", vat=OUTSIDE_VAT,
    )  # fmt: skip
    pending_lines.add(
        world.session, [NewLine(world.contracts[0], "share", "EUR", line)], reason="heating", author="test"
    )


def test_a_line_that_the_credited_bill_took_up_stands_on_the_new_one_too(world: World) -> None:
    share(world, "100.00")
    first = bill(world)
    credit(world, first)
    again = bill(world, day=TODAY)

    assert first.draft.total == again.draft.total
    assert ["Heating"] == [line.label for line in again.draft.lines if line.charge == "share"]


def test_a_difference_leaves_what_its_bill_took_up_alone(world: World) -> None:
    share(world, "100.00")
    first = bill(world)
    late(world, date(2026, 10, 7), 300)
    difference_of(world, first)
    following = bill(world, NOVEMBER, date(2026, 12, 2))

    differences = [line.amount for line in following.draft.lines if line.charge == "difference"]
    assert [Decimal("5.76")] == differences  # 200 Wh more in each of 96 quarter hours, nothing of the share


def test_a_difference_to_a_bill_that_carries_another_leaves_that_one_alone(world: World) -> None:
    october = bill(world)
    late(world, date(2026, 10, 7), 300)
    difference_of(world, october)
    november = bill(world, NOVEMBER, date(2026, 12, 2))
    late(world, date(2026, 11, 7), 200)

    assert [Decimal("2.88")] == [change.amount for change in difference_of(world, november, NOVEMBER)]


def difference_of(world: World, issued: WrittenInvoice, span: Span = OCTOBER) -> list[ChangedLine]:
    rated = [outcome.rated for outcome in rate_contracts(world.session, world.contracts, span) if outcome.rated]
    return correct_invoice.bill_difference(
        world.session, issued.id, rated, reason="read late", author="test", clock=partial(noon, TODAY)
    )


def test_a_difference_that_nobody_billed_is_gone_with_the_bill_it_corrects(world: World) -> None:
    october = bill(world)
    difference(world, october)
    credit(world, october)
    again = bill(world, day=TODAY)

    assert [] == [line for line in again.draft.lines if line.charge == "difference"]
    november = bill(world, NOVEMBER, date(2026, 12, 2))
    assert [] == [line for line in november.draft.lines if line.charge == "difference"]


def test_a_difference_that_a_later_bill_has_is_given_back_with_the_bill_it_corrects(world: World) -> None:
    october = bill(world)
    difference(world, october)
    november = bill(world, NOVEMBER, date(2026, 12, 2))
    (billed,) = [line.amount for line in november.draft.lines if line.charge == "difference"]
    credit(world, october)

    again = bill(world, day=date(2026, 12, 5))
    (back,) = [line.amount for line in again.draft.lines if line.charge == "difference"]

    assert 0 < billed == -back


def test_a_difference_whose_bill_is_credited_waits_again_and_stands_once_on_the_new_one(world: World) -> None:
    first = bill(world)
    late(world, date(2026, 10, 5), 200)

    def difference() -> int:
        rated = [outcome.rated for outcome in rate_contracts(world.session, world.contracts, OCTOBER) if outcome.rated]
        return len(
            correct_invoice.bill_difference(
                world.session, first.id, rated, reason="late", author="t", clock=lambda: noon(TODAY)
            )
        )

    assert 1 == difference()
    credit(world, bill(world, NOVEMBER, date(2026, 12, 2)))
    assert 0 == difference()  # it waits: nothing more is owed
    again = bill(world, NOVEMBER, date(2026, 12, 3))

    # 288 kWh: 86.40 + 10.00, and 2.88 once
    assert Decimal("99.28") == again.draft.net
    assert 0 == difference()
    assert not pending_lines.waiting(world.session, world.contracts, date(2027, 1, 1))


def test_a_bill_in_the_place_of_a_credited_one_names_it_on_paper(world: World) -> None:
    first = bill(world)
    note = credit(world, first)
    rated = [outcome.rated for outcome in rate_contracts(world.session, world.contracts, OCTOBER) if outcome.rated]
    (again,) = issue(world.session, rated, bill_date=TODAY, author="test", instead_of=note)

    stored = issued_invoice(world.session, again.id)
    assert ("invoice", first.number) == (stored.kind, stored.corrects)


def test_a_client_without_e_mail_gets_the_credit_note_by_post(world: World) -> None:
    first = bill(world)
    world.session.execute(text("UPDATE client SET email = ''"))
    note = credit(world, first)

    assert note.id in world.session.execute(text("SELECT invoice_id FROM postal_delivery")).scalars().all()


def test_a_credit_note_that_cannot_be_an_e_invoice_is_refused_before_it_has_a_number(world: World) -> None:
    world.session.execute(text("UPDATE legal_entity SET vat_id = 'DE123456789'"))
    world.session.execute(text("UPDATE client SET einvoice = 'factur_x'"))
    first = bill(world)
    world.session.execute(text("""UPDATE legal_entity SET theme = '{"renderer": "html", "template": "x"}'"""))

    with pytest.raises(InputError, match="no PDF/A"):
        credit(world, first)
    world.session.execute(text("UPDATE legal_entity SET theme = '{}'"))
    assert "CN-2026-00001" == credit(world, first).number


def test_a_bill_that_left_without_an_e_invoice_can_be_credited_though_its_client_wants_them_now(world: World) -> None:
    world.session.execute(text("UPDATE client SET kind = 'company'"))
    first = bill(world)  # of a company without VAT id
    world.session.execute(text("""UPDATE legal_entity SET theme = '{"einvoice": "factur-x"}'"""))

    assert "CN-2026-00001" == credit(world, first).number
