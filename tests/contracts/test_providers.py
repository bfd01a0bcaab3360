"""What every payment provider promises, whichever company stands behind it: one suite over all of PROVIDERS."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest

from cloud_service.domain.money import currency_digits
from cloud_service.domain.receivables.provider_event import ProviderEvent
from cloud_service.payments import PROVIDERS, ForgedError, PaymentAsk, Provider
from cloud_service.payments.simulated import Simulated
from cloud_service.payments.stripe import Stripe
from common.errors import ConflictError, InputError, NotFoundError, UnavailableError
from deploy.bench.free_port import free_port
from tests.contracts.provider_sides import SECRET, SIDES, Company, D, StripeSide


def test_every_provider_is_held_to_this_contract() -> None:
    assert set(PROVIDERS) == set(SIDES)


@pytest.fixture(params=sorted(SIDES))
def company(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Company]:
    side: Company = SIDES[request.param](tmp_path)
    yield side
    side.stop()


def ask(amount: str = "649.93", currency: str = "EUR", reference: str = "RE-2026-004711") -> PaymentAsk:
    return PaymentAsk(
        reference, f"Nordlicht: {reference}", D(amount), currency, "https://energy.example/pay/1", "a@b.example", "de"
    )


def events(company: Company) -> list[ProviderEvent]:
    return [event for body, headers in company.calls() for event in company.provider.read_webhook(body, headers)]


def moved(company: Company) -> list[ProviderEvent]:
    """Events of money, each fact once."""
    money_events = {
        event.event_id: event for event in events(company) if event.kind in ("paid", "refunded", "disputed")
    }
    return list(money_events.values())


def paid(company: Company, amount: str = "649.93", currency: str = "EUR", key: str = "k1") -> tuple[str, str]:
    """A paid page: its name and the name of its money."""
    link = company.provider.create_payment_link(ask(amount, currency), idempotency_key=key)
    company.pay(link.ref)
    return link.ref, company.provider.fetch_payment(link.ref).payment_ref


def test_a_page_is_made_once_for_a_key(company: Company) -> None:
    first = company.provider.create_payment_link(ask(), idempotency_key="k1")
    again = company.provider.create_payment_link(ask(), idempotency_key="k1")
    other = company.provider.create_payment_link(ask(), idempotency_key="k2")

    assert first == again
    assert first.ref != other.ref
    assert first.url.startswith("http")
    assert "open" == company.provider.fetch_payment(first.ref).state


def test_a_key_is_not_used_for_two_different_asks(company: Company) -> None:
    company.provider.create_payment_link(ask("10.00"), idempotency_key="k1")

    with pytest.raises(ConflictError):
        company.provider.create_payment_link(ask("11.00"), idempotency_key="k1")


def test_a_payment_is_told_once_with_its_amount_and_its_page(company: Company) -> None:
    ref, payment = paid(company)
    company.pay(ref)

    (event,) = moved(company)
    assert ("paid", ref, payment, D("649.93"), "EUR") == (
        event.kind, event.request_ref, event.payment_ref, event.amount, event.currency,
    )  # fmt: skip
    state = company.provider.fetch_payment(ref)
    assert ("paid", D("649.93"), D(0)) == (state.state, state.amount, state.refunded)


def test_a_declined_payment_moves_no_money(company: Company) -> None:
    link = company.provider.create_payment_link(ask(), idempotency_key="k1")
    company.decline(link.ref)

    assert ["failed"] == [event.kind for event in events(company)]
    assert "paid" != company.provider.fetch_payment(link.ref).state


@pytest.mark.parametrize(
    ("currency", "amount"),
    [("JPY", "64898"), ("KWD", "7.540"), ("EUR", "0.50"), ("USD", "123456.78"), ("UGX", "5000"), ("KES", "1234.56")],
)
def test_amounts_of_every_kind_of_currency_come_back_exactly(company: Company, currency: str, amount: str) -> None:
    paid(company, amount, currency)

    (event,) = moved(company)
    assert (D(amount), currency) == (event.amount, event.currency)
    assert currency_digits(currency) >= -event.amount.normalize().as_tuple().exponent  # type: ignore[operator]  # finite


@pytest.mark.parametrize("amount", ["0", "-1", "1.005"])
def test_what_is_no_amount_to_ask_for_never_reaches_the_company(amount: str) -> None:
    with pytest.raises(InputError):
        ask(amount)


def altered(body: bytes) -> bytes:
    return body.replace(b"EUR", b"USD").replace(b"eur", b"usd")


def test_an_altered_call_is_refused(company: Company) -> None:
    paid(company)
    body, headers = company.calls()[0]

    assert altered(body) != body
    with pytest.raises(ForgedError):
        company.provider.read_webhook(altered(body), headers)
    with pytest.raises(ForgedError):
        company.provider.read_webhook(body + b" ", headers)


def test_a_stale_call_is_refused_and_a_recent_one_is_not(company: Company) -> None:
    paid(company)
    body, _ = company.calls()[0]

    assert company.provider.read_webhook(body, company.sign(body, age_s=290))
    with pytest.raises(ForgedError):
        company.provider.read_webhook(body, company.sign(body, age_s=310))


def test_a_call_signed_by_somebody_else_is_refused(company: Company) -> None:
    paid(company)
    body, _ = company.calls()[0]

    with pytest.raises(ForgedError):
        company.provider.read_webhook(body, company.sign(body, secret="guessed"))


@pytest.mark.parametrize("value", ["", "t=,v1=", "t=abc,v1=00", "v1=00", "t=1", "nonsense", "t=9" * 500, "t=٣,v1=00"])
def test_a_broken_signature_is_refused(company: Company, value: str) -> None:
    paid(company)
    body, headers = company.calls()[0]

    with pytest.raises(ForgedError):
        company.provider.read_webhook(body, dict.fromkeys(headers, value))
    with pytest.raises(ForgedError):
        company.provider.read_webhook(body, {})


def test_header_names_are_read_in_any_case(company: Company) -> None:
    paid(company)
    body, headers = company.calls()[0]
    shouted: Mapping[str, str] = {name.upper(): value for name, value in headers.items()}

    assert company.provider.read_webhook(body, shouted)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"null", b'{"id": "x"}', b"\xff\xfe"])
def test_signed_nonsense_is_an_input_error_and_nothing_worse(company: Company, body: bytes) -> None:
    try:
        headers = company.sign(body)
    except UnicodeDecodeError:
        headers = company.sign(b"other")

    with pytest.raises(InputError):
        company.provider.read_webhook(body, headers)


def test_a_refund_is_told_once_and_never_exceeds_what_was_paid(company: Company) -> None:
    ref, payment = paid(company)
    first = company.provider.refund(payment, D("600.00"), "EUR", idempotency_key="r1")
    again = company.provider.refund(payment, D("600.00"), "EUR", idempotency_key="r1")

    assert first == again
    with pytest.raises(ConflictError):
        company.provider.refund(payment, D("49.94"), "EUR", idempotency_key="r2")
    company.provider.refund(payment, D("49.93"), "EUR", idempotency_key="r3")
    with pytest.raises(ConflictError):
        company.provider.refund(payment, D("0.01"), "EUR", idempotency_key="r4")
    assert D("649.93") == company.provider.fetch_payment(ref).refunded
    assert [D("600.00"), D("49.93")] == [event.amount for event in moved(company) if event.kind == "refunded"]


def test_unknown_names_are_not_found(company: Company) -> None:
    with pytest.raises(NotFoundError):
        company.provider.fetch_payment("cs_unknown")
    with pytest.raises(NotFoundError):
        company.provider.refund("pi_unknown", D(1), "EUR", idempotency_key="x")


def test_settlements_add_up_to_the_cent_with_payments_refunds_and_fees(company: Company) -> None:
    for number, amount in enumerate(("649.93", "0.50", "12.34")):
        paid(company, amount, key=f"k{number}")
    _, payment = paid(company, "100.00", key="k9")
    company.provider.refund(payment, D("30.01"), "EUR", idempotency_key="r1")
    paid(company, "5000", "JPY", key="yen")
    company.settle()
    settlements = company.provider.settlements(date.today() - timedelta(days=1))  # noqa: DTZ011 - the fakes live today

    assert {"EUR", "JPY"} == {settlement.currency for settlement in settlements}
    for settlement in settlements:
        assert settlement.net == sum(line.gross - line.fee for line in settlement.lines)
    euros = [line.gross for settlement in settlements if settlement.currency == "EUR" for line in settlement.lines]
    assert sorted(map(D, ("649.93", "0.50", "12.34", "100.00", "-30.01"))) == sorted(euros)
    assert [] == company.provider.settlements(date.today() + timedelta(days=2))  # noqa: DTZ011


@pytest.mark.parametrize("name", sorted(SIDES))
def test_a_company_that_does_not_answer_is_worth_another_try(name: str) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    provider: Provider = Simulated(url, "k", SECRET) if name == "simulated" else Stripe("k", SECRET, url=url, retries=0)

    with pytest.raises(UnavailableError):
        provider.create_payment_link(ask(), idempotency_key="k1")


def test_a_bank_debit_under_way_is_not_yet_paid(tmp_path: Path) -> None:
    side = StripeSide(tmp_path)
    link = side.provider.create_payment_link(ask(), idempotency_key="k1")
    side.fake.pay(link.ref, later=True)
    before = [event.kind for event in events(side)]
    side.fake.pay(link.ref)
    after = [event.kind for event in events(side)]
    side.stop()

    assert ["ignored"] == before
    assert ["ignored", "paid"] == after


def test_a_chargeback_names_the_payment_it_takes_back(tmp_path: Path) -> None:
    side = StripeSide(tmp_path)
    _, payment = paid(side)
    side.fake.dispute(payment)
    side.stop()
    event = moved(side)[-1]

    assert ("disputed", payment, D("649.93")) == (event.kind, event.payment_ref, event.amount)


def test_stripe_events_that_we_do_not_know_are_taken_and_ignored(tmp_path: Path) -> None:
    side = StripeSide(tmp_path)
    body = json.dumps(
        {"id": "evt_1", "type": "customer.created", "created": 1, "data": {"object": {"id": "x"}}}
    ).encode()
    read_events = side.provider.read_webhook(body, side.sign(body))
    side.stop()

    assert [("ignored", "evt_1")] == [(event.kind, event.event_id) for event in read_events]


def test_a_wrong_key_is_named_as_such(tmp_path: Path) -> None:
    side = StripeSide(tmp_path)
    wrong = Stripe("sk_test_wrong", SECRET, url=side.fake.url, retries=0)
    with pytest.raises(UnavailableError, match="PAYMENT_SECRET"):
        wrong.create_payment_link(ask(), idempotency_key="k1")
    side.stop()
