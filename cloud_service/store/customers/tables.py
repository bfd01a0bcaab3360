"""Who issues and who owes: legal entities with their number series, sites, clients and their money accounts."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cloud_service.domain.customers.postal_address import READ, STATES
from cloud_service.store.database.schema import CreatedAt, Currency, Day, Days, Id, Json, PublicId, Table

ADDRESS_STATE = f"address_state in ({','.join(map(repr, STATES))})"


class AddressColumns:
    """Where somebody is, in fields, and as it is printed."""

    address: Mapped[str] = mapped_column(server_default="")  # as it is printed; the fields below
    street: Mapped[str] = mapped_column(server_default="")  # a line each
    postcode: Mapped[str] = mapped_column(server_default="")
    city: Mapped[str] = mapped_column(server_default="")
    region: Mapped[str] = mapped_column(server_default="")
    address_state: Mapped[str] = mapped_column(server_default=READ)
    country: Mapped[str] = mapped_column(server_default="")


class LegalEntity(AddressColumns, Table):
    """A company of the operator: it issues invoices and owns the money."""

    __tablename__ = "legal_entity"
    __table_args__ = (CheckConstraint(ADDRESS_STATE, name="address_state"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    name: Mapped[str]
    vat_id: Mapped[str] = mapped_column(server_default="")
    tax_number: Mapped[str] = mapped_column(server_default="")
    company_number: Mapped[str] = mapped_column(server_default="")
    electronic_address: Mapped[str] = mapped_column(server_default="")  # where it is known to Peppol
    email: Mapped[str] = mapped_column(server_default="")
    phone: Mapped[str] = mapped_column(server_default="")
    website: Mapped[str] = mapped_column(server_default="")
    currency: Mapped[Currency]
    timezone: Mapped[str]
    locale: Mapped[str] = mapped_column(server_default="en")
    theme: Mapped[Json]
    mails_receipts: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[CreatedAt]


class BankAccount(Table):
    """Where the entity's money goes; of a currency's accounts one is the default, which bills print."""

    __tablename__ = "bank_account"
    __table_args__ = (
        CheckConstraint("scheme in ('iban','us','uk','in','ke','ke_paybill','au','free')", name="scheme"),
        CheckConstraint("NOT (is_default AND retired_on IS NOT NULL)", name="default_in_use"),
        Index(
            "ix_bank_account_default", "legal_entity_id", "currency", unique=True, postgresql_where=text("is_default")
        ),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entity.id"))
    holder: Mapped[str]
    scheme: Mapped[str] = mapped_column(server_default="iban")
    iban: Mapped[str] = mapped_column(server_default="")
    bic: Mapped[str] = mapped_column(server_default="")
    bank_code: Mapped[str] = mapped_column(server_default="")
    branch_code: Mapped[str] = mapped_column(server_default="")
    account_number: Mapped[str] = mapped_column(server_default="")
    bank_name: Mapped[str] = mapped_column(server_default="")
    free_lines: Mapped[str] = mapped_column(server_default="")
    currency: Mapped[Currency]
    is_default: Mapped[bool] = mapped_column(server_default=text("false"))
    retired_on: Mapped[Day | None]


class NumberSeries(Table):
    """The next number of a series; taken under its row lock in the issuing transaction, so there is no gap.

    A change of its manner closes it and opens another one, so that what was given out stays accounted for.
    """

    __tablename__ = "number_series"
    __table_args__ = (
        CheckConstraint("first_number between 1 and next_number", name="first_number"),
        Index(
            "ix_number_series_open", "legal_entity_id", "kind", "year", unique=True, postgresql_where=text("not closed")
        ),
    )

    id: Mapped[Id]
    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    kind: Mapped[str]  # invoice, credit_note, receipt
    prefix: Mapped[str]
    year: Mapped[int]  # 0: it goes on over the years
    next_number: Mapped[int] = mapped_column(server_default="1")
    digits: Mapped[int] = mapped_column(server_default="5")
    pattern: Mapped[str] = mapped_column(server_default="")  # the prefix with {year} or {yy} for the year
    first_number: Mapped[int] = mapped_column(server_default="1")
    closed: Mapped[bool] = mapped_column(server_default=text("false"))


class Site(AddressColumns, Table):
    """A property: where its meters are, in which zone its days begin and in which currency it is billed."""

    __tablename__ = "site"
    __table_args__ = (CheckConstraint(ADDRESS_STATE, name="address_state"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entity.id"))
    name: Mapped[str]
    timezone: Mapped[str]
    currency: Mapped[Currency]
    holiday_calendar: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[CreatedAt]


class Client(AddressColumns, Table):
    """Who owes the money; the screens say TENANT NAME."""

    __tablename__ = "client"
    __table_args__ = (
        UniqueConstraint("legal_entity_id", "number"),
        CheckConstraint(ADDRESS_STATE, name="address_state"),
        Index(
            "ix_client_unchecked",
            "legal_entity_id",
            postgresql_where=text("address_state = 'read' AND address <> ''"),
        ),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entity.id"))
    number: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(server_default="person")  # person, company
    email: Mapped[str] = mapped_column(server_default="")
    phone: Mapped[str] = mapped_column(server_default="")
    locale: Mapped[str] = mapped_column(server_default="en")
    vat_id: Mapped[str] = mapped_column(server_default="")
    buyer_reference: Mapped[str] = mapped_column(server_default="")
    einvoice: Mapped[str] = mapped_column(server_default="")  # the kind it wants; empty as the company has it
    electronic_address: Mapped[str] = mapped_column(server_default="")  # where it receives e-invoices
    protected: Mapped[bool] = mapped_column(server_default=text("false"))  # may not be disconnected
    created_at: Mapped[CreatedAt]

    accounts: Mapped[list["Account"]] = relationship(back_populates="client")


class Account(Table):
    """A client's money account in one currency."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("statement_every in ('none','month','quarter')", name="statement_every"),
        Index("ix_account_statement_every", "statement_until", postgresql_where=text("statement_every <> 'none'")),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), index=True)
    number: Mapped[str] = mapped_column(unique=True)
    currency: Mapped[Currency]
    payment_terms_days: Mapped[int] = mapped_column(server_default="14")
    billing_cycle: Mapped[str] = mapped_column(server_default="monthly")
    billing_day: Mapped[int] = mapped_column(server_default="1")
    billing_month: Mapped[int] = mapped_column(SmallInteger, server_default="1")  # cycles of several months begin in it
    billing_year: Mapped[int] = mapped_column(SmallInteger, server_default="2000")  # of one that begins in that month
    delivery: Mapped[str] = mapped_column(server_default="email")
    settings: Mapped[Json]
    created_at: Mapped[CreatedAt]
    no_reminders_until: Mapped[Day | None]  # exclusive
    statement_every: Mapped[str] = mapped_column(server_default="none")
    statement_until: Mapped[Day | None]  # the last day that a statement on its day has told of

    client: Mapped[Client] = relationship(back_populates="accounts")


class AccountMode(Table):
    """Prepaid or postpaid, and since when; never both at once."""

    __tablename__ = "account_mode"
    __table_args__ = (
        CheckConstraint("mode in ('prepaid','postpaid')", name="mode"),
        ExcludeConstraint(("account_id", "="), ("during", "&&"), name="ex_account_mode_during", using="gist"),
    )

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    mode: Mapped[str]
    during: Mapped[Days]
