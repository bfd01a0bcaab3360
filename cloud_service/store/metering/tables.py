"""What is measured: service points, meters, registers, gateways, streams, readings as received, validated days."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cloud_service.store.database.schema import (
    CreatedAt,
    Day,
    Days,
    Id,
    Instant,
    Instants,
    Json,
    PublicId,
    Table,
    Thousandths,
)


class ServicePoint(Table):
    """A place where a service is taken; sub-meters name their parent."""

    __tablename__ = "service_point"
    __table_args__ = (
        CheckConstraint("utility in ('electricity','water','gas','heat','cooling')", name="utility"),
        CheckConstraint("parent_id <> id", name="parent"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("service_point.id"))
    name: Mapped[str]
    utility: Mapped[str] = mapped_column(server_default="electricity")
    grid_id: Mapped[str] = mapped_column(server_default="")  # NMI, MPAN, MaLo, EAN, PRM
    settings: Mapped[Json]


class Meter(Table):
    """A meter by maker and serial; `name` is what gateways and files call it."""

    __tablename__ = "meter"
    __table_args__ = (UniqueConstraint("maker", "serial"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    maker: Mapped[str] = mapped_column(server_default="")
    serial: Mapped[str]
    name: Mapped[str] = mapped_column(unique=True)
    profile: Mapped[str] = mapped_column(server_default="")
    max_power_kw: Mapped[Decimal | None] = mapped_column(Numeric(12, 3))
    created_at: Mapped[CreatedAt]
    gateway_id: Mapped[int | None] = mapped_column(ForeignKey("gateway.id"), index=True)  # that spoke of it first


class Register(Table):
    """One counter of a meter."""

    __tablename__ = "register"
    __table_args__ = (
        UniqueConstraint("meter_id", "name"),
        CheckConstraint("kind in ('index','interval','maximum','instant')", name="kind"),
        CheckConstraint("direction in ('import','export','none')", name="direction"),
    )

    id: Mapped[Id]
    meter_id: Mapped[int] = mapped_column(ForeignKey("meter.id"))
    name: Mapped[str]
    quantity: Mapped[str] = mapped_column(server_default="active_energy")
    direction: Mapped[str] = mapped_column(server_default="import")
    unit: Mapped[str]
    kind: Mapped[str] = mapped_column(server_default="index")
    digits: Mapped[int | None] = mapped_column(SmallInteger)  # digits before the point at which the index rolls over
    step_s: Mapped[int] = mapped_column(server_default="900")
    billed: Mapped[bool] = mapped_column(server_default=text("true"))


class MeterMount(Table):
    """A meter at a service point from its opening to its closing index, with its CT × VT multiplier."""

    __tablename__ = "meter_mount"
    __table_args__ = (
        ExcludeConstraint(("meter_id", "="), ("during", "&&"), name="ex_meter_mount_meter", using="gist"),
        ExcludeConstraint(("service_point_id", "="), ("during", "&&"), name="ex_meter_mount_point", using="gist"),
    )

    id: Mapped[Id]
    meter_id: Mapped[int] = mapped_column(ForeignKey("meter.id"))
    service_point_id: Mapped[int] = mapped_column(ForeignKey("service_point.id"))
    during: Mapped[Instants]
    multiplier: Mapped[Decimal] = mapped_column(Numeric(12, 4), server_default="1")
    opening: Mapped[Json]  # register name -> index in thousandths
    closing: Mapped[Json]


class Contract(Table):
    """A service point supplied for an account; ACTIVE CONNECTIONS counts those valid today."""

    __tablename__ = "contract"
    __table_args__ = (
        ExcludeConstraint(("service_point_id", "="), ("during", "&&"), name="ex_contract_point", using="gist"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    number: Mapped[str] = mapped_column(unique=True)
    service_point_id: Mapped[int] = mapped_column(ForeignKey("service_point.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    during: Mapped[Days]
    created_at: Mapped[CreatedAt]
    vacancy: Mapped[bool] = mapped_column(server_default=text("false"))  # the owner's, for days without a tenant


class Gateway(Table):
    """The hardware box on site; its name is its MQTT identity."""

    __tablename__ = "gateway"
    __table_args__ = (CheckConstraint("state in ('registered','active','revoked')", name="state"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    name: Mapped[str] = mapped_column(unique=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    state: Mapped[str] = mapped_column(server_default="registered")
    last_seen_at: Mapped[datetime | None] = mapped_column()
    health: Mapped[Json]
    created_at: Mapped[CreatedAt]
    password_hash: Mapped[str] = mapped_column(server_default="")  # as Mosquitto reads it; empty: none was given out
    password_at: Mapped[datetime | None] = mapped_column()
    revoked_at: Mapped[datetime | None] = mapped_column()


class Stream(Table):
    """What was received of one buffer file of a gateway: all up to `contiguous`, and what lies beyond gaps."""

    __tablename__ = "stream"
    __table_args__ = (UniqueConstraint("gateway_id", "epoch"),)

    id: Mapped[Id]
    gateway_id: Mapped[int] = mapped_column(ForeignKey("gateway.id"))
    epoch: Mapped[str]
    contiguous: Mapped[int] = mapped_column(server_default="0")
    received: Mapped[Json]  # {"spans": [[first, last], …]} beyond `contiguous`
    created_at: Mapped[CreatedAt]


class StreamCatalog(Table):
    """A catalog of a stream as its gateway sent it: what the channel numbers of a batch of that version mean."""

    __tablename__ = "stream_catalog"
    __table_args__ = (PrimaryKeyConstraint("stream_id", "version"),)

    stream_id: Mapped[int] = mapped_column(ForeignKey("stream.id"))
    version: Mapped[int]
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[CreatedAt]


class ReadingNote(Table):
    """Who entered or corrected readings by hand, and why. Insert-only."""

    __tablename__ = "reading_note"
    __table_args__ = (Index("uq_reading_note_client_key", "client_key", unique=True),)

    id: Mapped[Id]
    author: Mapped[str]
    reason: Mapped[str]
    created_at: Mapped[CreatedAt]
    client_key: Mapped[UUID | None]  # made by a phone: an entry that is sent again is stored once


class Reading(Table):
    """Evidence: a register's value as received. Insert-only, partitioned by month of the instant.

    A reading of a gateway has its stream and sequence; one from a file has minus its import_file, one from a person 0
    and its reading_note. Several may tell of one instant: the view `reading_best` says which counts.
    """

    __tablename__ = "reading"
    __table_args__ = (
        PrimaryKeyConstraint("register_id", "at", "source", "sequence"),
        {"postgresql_partition_by": "RANGE (at)"},
    )

    register_id: Mapped[int]
    at: Mapped[Instant]
    value: Mapped[Thousandths]
    quality: Mapped[int] = mapped_column(SmallInteger)
    time_quality: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    source: Mapped[int]  # stream id; minus import_file id for files; 0 for manual and corrections
    sequence: Mapped[int]  # of the stream; line of the file; reading_note id
    received_at: Mapped[CreatedAt]
    step_s: Mapped[int] = mapped_column(Integer, server_default="0")  # of an interval ending at `at`; 0: an index


class IntervalDay(Table):
    """What validation made of the readings: one local day of a register, the values packed as little-endian int64."""

    __tablename__ = "interval_day"
    __table_args__ = (
        PrimaryKeyConstraint("register_id", "day"),
        CheckConstraint('octet_length("values") = 8 * octet_length(qualities)', name="packed"),
        Index("ix_interval_day_day", "day"),
    )

    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"))
    day: Mapped[Day]
    step_s: Mapped[int] = mapped_column(SmallInteger)
    values: Mapped[bytes] = mapped_column(LargeBinary)
    qualities: Mapped[bytes] = mapped_column(LargeBinary)
    total: Mapped[Thousandths]  # sum of the values
    missing: Mapped[int] = mapped_column(SmallInteger, server_default="0")  # intervals without a usable value
    made_from: Mapped[Json]
    made_at: Mapped[CreatedAt]


class DirtyDay(Table):
    """A register's local day whose readings changed. A log: validation takes away the rows it has seen, and no others.

    One row for each change, not one for each day: whoever adds never waits for validation, and nothing that is added
    while it works can get lost.
    """

    __tablename__ = "dirty_day"

    id: Mapped[Id]
    register_id: Mapped[int]
    day: Mapped[Day]
    since: Mapped[CreatedAt]


class RegisterFault(Table):
    """A register whose days could not be made, and why. Without `next_at` it waits for a person."""

    __tablename__ = "register_fault"

    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"), primary_key=True)
    error: Mapped[str]
    tries: Mapped[int]
    first_at: Mapped[Instant]
    last_at: Mapped[Instant]
    next_at: Mapped[datetime | None] = mapped_column()


class Quarantine(Table):
    """A message or value that was refused, kept with its bytes, reason and sender."""

    __tablename__ = "quarantine"
    __table_args__ = (
        Index(
            "ix_quarantine_value",
            "register_id",
            "at",
            "value",
            unique=True,
            postgresql_where=text("register_id is not null"),
        ),
        Index("ix_quarantine_open", "created_at", postgresql_where=text("resolved = ''")),
        Index("ix_quarantine_gateway", "gateway", "reason", postgresql_where=text("resolved = '' and gateway <> ''")),
    )

    id: Mapped[Id]
    gateway: Mapped[str]
    topic: Mapped[str] = mapped_column(server_default="")
    reason: Mapped[str]
    detail: Mapped[str] = mapped_column(server_default="")
    body: Mapped[bytes] = mapped_column(LargeBinary)
    register_id: Mapped[int | None]  # of a value that was refused
    at: Mapped[datetime | None]
    value: Mapped[int | None]
    resolved: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[CreatedAt]


class VirtualMeter(Table):
    """A register computed from others: `terms` is `{"terms": [[register id, factor as text], …]}`."""

    __tablename__ = "virtual_meter"

    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"), primary_key=True)
    terms: Mapped[Json]
    during: Mapped[Days] = mapped_column(server_default=text("'(,)'"))
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())
