"""A payment company takes money, and tells of it: sometimes twice, sometimes in another order."""

from uuid import UUID

from sqlalchemy import text

from cloud_service.domain.receivables.provider_event import EventKind, ProviderEvent
from cloud_service.flow import collect, request_payment
from cloud_service.payments import PaymentAsk, PaymentLink
from cloud_service.payments.simulated import Simulated
from cloud_service.store.receivables import odd_events
from cloud_service.store.scope import Scope
from common.errors import UnavailableError
from tests.books.histories.doors.money import count
from tests.books.histories.operator import WHO, Operator
from tests.books.histories.outside import Deal, News
from tests.books.histories.papers import Bill

PAYABLE = text("SELECT public_id, total FROM invoice WHERE id = :id")
REQUESTED = text("SELECT provider_ref, amount FROM payment_request WHERE invoice_id = :id ORDER BY id DESC LIMIT 1")
OURS: dict[str, EventKind] = {"refunded": "refund_failed", "disputed": "dispute_won"}


class Pages(Simulated):
    """The company's pages, where somebody pays; without the company's service."""

    def __init__(self, operator: Operator) -> None:
        super().__init__("", "", "")
        self.operator = operator

    def create_payment_link(self, ask: PaymentAsk, *, idempotency_key: str) -> PaymentLink:
        """A new page each time."""
        assert ask.amount > 0
        assert idempotency_key
        page = f"page-{self.operator.reference()}"
        return PaymentLink(page, f"https://pay.example/{page}")


def pay(operator: Operator, bill: Bill) -> None:
    """A client pays what is open of a bill on the company's page; the company has yet to tell of it."""
    with operator.door() as session:
        public_id: UUID = session.execute(PAYABLE, {"id": bill.id}).one().public_id
        request_payment.pay_page(session, public_id, Pages(operator), operator.clock, public_url="https://x.example")
        request = session.execute(REQUESTED, {"id": bill.id}).one()
    if any(deal.request == request.provider_ref for deal in operator.company.deals):
        return  # who paid on that page does not pay twice
    deal = Deal(request.provider_ref, bill.account, request.amount, request.amount)
    operator.company.deals.append(deal)
    operator.company.news.append(News(operator.reference(), "paid", deal, request.amount))


def give_back(operator: Operator, deal: Deal, kind: str, nth: int) -> None:
    """The company gives (a part of) a payment back, for us or because the payer disputes it."""
    amount = deal.left if nth % 2 or deal.left < 1 else deal.left - 1
    deal.left -= amount
    operator.company.news.append(News(operator.reference(), kind, deal, amount))


def fail_to_give_back(operator: Operator, news: News) -> None:
    """What was given back is ours again: the refund failed, or the dispute was won."""
    news.deal.is_over = True
    kind = OURS[news.kind]
    operator.company.news.append(News(operator.reference(), kind, news.deal, news.amount, undoes=news.event))


def tell(operator: Operator, news: News) -> None:
    """The company tells of something, perhaps again."""
    event = ProviderEvent(
        Simulated.name, news.event, news.kind, news.deal.request,  # type: ignore[arg-type] # one of its kinds
        f"pay-{news.deal.request}" if news.kind == "paid" else f"{news.kind}-{news.event}", news.amount, "EUR",
        operator.clock(), b"{}", news.undoes,
    )  # fmt: skip
    try:
        with operator.door() as session:
            collect.book_event(session, event, operator.clock)
    except UnavailableError:
        if news.deal.told:
            operator.wrong.append(f"{news.event} was sent back though its payment is there")
        return
    note(operator, news)


def note(operator: Operator, news: News) -> None:
    """What we know by now, and what it means."""
    if news.told:
        return
    news.told = True
    if news.kind == "paid":
        news.deal.told = True
        count(operator, news.deal.account, news.amount)
    elif news.undoes:
        undone = operator.company.tell_of(news.undoes)
        news.moved = undone is not None and undone.moved  # then a person has to book it
    elif not any(other.told and other.undoes == news.event for other in operator.company.news):
        news.moved = True
        count(operator, news.deal.account, -news.amount)


def settle(operator: Operator) -> None:
    """A person books the money of all that nobody could book."""
    scope = Scope(entities=frozenset({operator.entity}))
    with operator.door() as session:
        events = odd_events.odd_events(session, scope)
        for event in events:
            assert event.account_id is not None
            collect.book_odd_event(
                session, event.id, event.account_id, day=operator.today, author=WHO, at=operator.clock(), scope=scope
            )
    for event in events:
        news = operator.company.tell_of(event.event_id)
        if news is None or not news.moved:
            operator.wrong.append(f"{event.event_id} is left for a person: {event.outcome}")
        else:
            count(operator, news.deal.account, news.amount)
