"""What an account owes and has: statement, one payment, plans, prepaid balance, orders to gateways."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from cloud_service.domain.invoicing.payment_receipt import NO_INCOME
from cloud_service.store.customers.tables import Account, Client
from cloud_service.store.lists import payments
from cloud_service.store.lookups.existing import existing
from cloud_service.store.receivables import payments as stored_payments
from cloud_service.store.receivables.payment_tables import Payment
from cloud_service.store.scope import Scope


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A booking that changed what an account owes; `amount` and `balance` positive are owed to us."""

    day: date
    kind: str
    text: str
    amount: Decimal
    number: str | None  # of the invoice
    public_id: str | None
    balance: Decimal


@dataclass(frozen=True, slots=True)
class PrepaidSituation:
    """A prepaid account as it was last looked at; amounts in its currency."""

    account_id: int
    state: str
    booked: Decimal
    rated: Decimal
    balance: Decimal
    days_left: Decimal | None
    rated_from: date | None
    rated_until: date | None
    emergency: Decimal
    protected_reason: str
    at: datetime
    number: str
    currency: str
    public_id: UUID
    tenant: str
    client_public_id: UUID
    protected: bool


@dataclass(frozen=True, slots=True)
class GatewayCommandLine:
    """An order to connect or disconnect a meter, with what became of it."""

    id: int
    kind: str
    state: str
    reason: str
    author: str
    created_at: datetime
    sent_at: datetime | None
    done_at: datetime | None
    serial: str
    point: str
    account: str
    public_id: UUID  # of the account


@dataclass(frozen=True, slots=True)
class SettledInvoice:
    """An invoice that a payment settled (a part of)."""

    number: str
    public_id: UUID
    amount: Decimal
    day: date


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A payment plan with its instalments in sum."""

    state: str
    reason: str
    author: str
    created_at: datetime
    account: str
    account_public_id: UUID
    tenant: str
    currency: str
    parts: int
    amount: Decimal
    first: date
    last: date


STATEMENT = text(
    """
    SELECT e.day, e.kind, e.text, sum(l.amount) AS amount, min(i.number) AS number,
           min(i.public_id::text) AS public_id, sum(sum(l.amount)) OVER (ORDER BY e.day, e.id) AS balance
      FROM ledger_line l
      JOIN ledger_account a ON a.id = l.ledger_account_id
      JOIN ledger_entry e ON e.id = l.ledger_entry_id
      LEFT JOIN invoice i ON i.id = l.invoice_id
     WHERE a.account_id = :account
       AND a.kind IN ('receivable', 'credit')
     GROUP BY e.id
    HAVING sum(l.amount) <> 0
     ORDER BY e.day, e.id
    """
)


def statement(session: Session, account_id: int) -> list[StatementLine]:
    """Every booking that changed what the account owes, with the balance after it (positive: owed to us)."""
    return [StatementLine(**row) for row in session.execute(STATEMENT, {"account": account_id}).mappings()]


PREPAID = text(
    """
    SELECT p.account_id, p.state, p.booked, p.rated, p.balance, p.days_left, p.rated_from, p.rated_until, p.emergency,
           p.protected_reason, p.at, a.number, a.currency, a.public_id, c.name AS tenant,
           c.public_id AS client_public_id, c.protected
      FROM prepaid_state p
      JOIN account a ON a.id = p.account_id
      JOIN client c ON c.id = a.client_id
     WHERE (cast(:entities AS bigint[]) IS NULL OR c.legal_entity_id = ANY(:entities))
       AND (cast(:clients AS bigint[]) IS NULL OR c.id = ANY(:clients))
       AND (cast(:account AS bigint) IS NULL OR a.id = :account)
     ORDER BY p.state = 'ok', p.days_left NULLS LAST, c.name
    """
)


def prepaid(session: Session, scope: Scope, account_id: int | None = None) -> list[PrepaidSituation]:
    """Prepaid accounts as they were last looked at, those in need first."""
    parameters = {
        "entities": None if scope.entities is None else list(scope.entities),
        "clients": None if scope.clients is None else list(scope.clients),
        "account": account_id,
    }
    return [PrepaidSituation(**row) for row in session.execute(PREPAID, parameters).mappings()]


COMMANDS = text(
    """
    SELECT g.id, g.kind, g.state, g.reason, g.author, g.created_at, g.sent_at, g.done_at, m.serial, s.name AS point,
           a.number AS account, a.public_id
      FROM gateway_command g
      JOIN meter m ON m.id = g.meter_id
      JOIN service_point s ON s.id = g.service_point_id
      JOIN account a ON a.id = g.account_id
      JOIN client c ON c.id = a.client_id
     WHERE (cast(:entities AS bigint[]) IS NULL OR c.legal_entity_id = ANY(:entities))
     ORDER BY g.id DESC
     LIMIT 50
    """
)


def commands(session: Session, scope: Scope) -> list[GatewayCommandLine]:
    """The newest orders to connect and disconnect."""
    parameters = {"entities": None if scope.entities is None else list(scope.entities)}
    return [GatewayCommandLine(**row) for row in session.execute(COMMANDS, parameters).mappings()]


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """A payment with whose it is, what it settled, what came back of it and what can still be given back."""

    payment: Payment
    account: Account
    client: Client
    settled: list[SettledInvoice]
    reversals: list[Payment]
    left: Decimal

    @property
    def has_receipt(self) -> bool:
        """Whether money came in by it."""
        return self.payment.amount > 0 and self.payment.provider not in NO_INCOME


SETTLED = text(
    """
    SELECT i.number, i.public_id, sum(x.amount) AS amount, max(x.day) AS day
      FROM allocation x
      JOIN invoice i ON i.id = x.invoice_id
     WHERE x.payment_id = :payment
     GROUP BY i.id
    HAVING sum(x.amount) <> 0
     ORDER BY i.id
    """
)


def payment(session: Session, scope: Scope, public_id: UUID) -> PaymentPage:
    """A payment, or NotFoundError where it does not exist for this reader."""
    query = (
        select(Payment, Account, Client)
        .join(Account, Account.id == Payment.account_id)
        .join(Client, Client.id == Account.client_id)
    )
    row = session.execute(query.where(Payment.public_id == public_id, *payments.in_scope(scope))).one_or_none()
    payment_row = existing(row, "payment")
    of_deposit = payment_row.Payment.kind == "deposit"
    left = stored_payments.deposit_left if of_deposit else stored_payments.refundable
    back = select(Payment).where(Payment.reverses_id == payment_row.Payment.id).order_by(Payment.id)
    settled = session.execute(SETTLED, {"payment": payment_row.Payment.id}).mappings()
    return PaymentPage(
        payment=payment_row.Payment,
        account=payment_row.Account,
        client=payment_row.Client,
        settled=[SettledInvoice(**row) for row in settled],
        reversals=list(session.scalars(back)),
        left=left(session, payment_row.Payment.id) if payment_row.Payment.amount > 0 else Decimal(0),
    )


PLANS = text(
    """
    SELECT p.state, p.reason, p.author, p.created_at, a.number AS account, a.public_id AS account_public_id,
           c.name AS tenant, a.currency, count(*) AS parts, sum(x.amount) AS amount, min(x.due_date) AS first,
           max(x.due_date) AS last
      FROM payment_plan p
      JOIN account a ON a.id = p.account_id
      JOIN client c ON c.id = a.client_id
      JOIN plan_instalment x ON x.payment_plan_id = p.id
     WHERE cast(:entities AS bigint[]) IS NULL
        OR c.legal_entity_id = ANY(:entities)
     GROUP BY p.id, a.id, c.id
     ORDER BY p.state = 'active' DESC, p.id DESC
     LIMIT 100
    """
)


def plans(session: Session, scope: Scope) -> list[PlanLine]:
    """Payment plans, those that run first."""
    parameters = {"entities": None if scope.entities is None else list(scope.entities)}
    return [PlanLine(**row) for row in session.execute(PLANS, parameters).mappings()]
