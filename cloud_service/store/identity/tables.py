"""Tables of people who may sign in: users, grants, sessions of browsers, the first link of all, saved views."""

from datetime import datetime

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cloud_service.store.database.schema import CreatedAt, Id, PublicId, Table
from cloud_service.store.identity.roles import ROLES


class User(Table):
    """A person who signs in. The columns of the second factor are those Flask-Security works with."""

    __tablename__ = "app_user"
    __table_args__ = (Index("uq_app_user_email", text("lower(email)"), unique=True),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    email: Mapped[str]
    name: Mapped[str]
    password: Mapped[str | None]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    locale: Mapped[str] = mapped_column(server_default="en")
    tf_primary_method: Mapped[str | None]
    tf_totp_secret: Mapped[str | None]
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(JSONB)
    failed_count: Mapped[int] = mapped_column(server_default="0")
    locked_until: Mapped[datetime | None]
    signed_in_at: Mapped[datetime | None]
    created_at: Mapped[CreatedAt]

    grants: Mapped[list["Grant"]] = relationship(order_by="Grant.id", lazy="selectin")


class Grant(Table):
    """A role a person has, and within which entity or for which client."""

    __tablename__ = "user_grant"
    __table_args__ = (
        UniqueConstraint("user_id", "role", "legal_entity_id", "client_id", postgresql_nulls_not_distinct=True),
        CheckConstraint("role in ('" + "','".join(ROLES) + "')", name="role"),
        CheckConstraint("(role = 'client') = (client_id is not null)", name="client"),
    )

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id", ondelete="CASCADE"))
    role: Mapped[str]
    legal_entity_id: Mapped[int | None] = mapped_column(ForeignKey("legal_entity.id"))
    client_id: Mapped[int | None] = mapped_column(ForeignKey("client.id"))


class WebSession(Table):
    """A signed-in browser; deleting the row signs it out at once."""

    __tablename__ = "web_session"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id", ondelete="CASCADE"), index=True)
    data: Mapped[str]
    address: Mapped[str] = mapped_column(server_default="")
    browser: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[CreatedAt]
    seen_at: Mapped[CreatedAt]
    expires_at: Mapped[datetime]


class AdministratorLink(Table):
    """A one-time link that makes the first administrator; of its token only the hash is kept."""

    __tablename__ = "administrator_link"

    id: Mapped[Id]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[CreatedAt]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ListChoice(Table):
    """Which columns of a list a person wants to see, in which order, and how many rows a page."""

    __tablename__ = "list_choice"
    __table_args__ = (UniqueConstraint("user_id", "page"),)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id", ondelete="CASCADE"))
    page: Mapped[str]
    columns: Mapped[list[str]] = mapped_column(ARRAY(Text))
    size: Mapped[int]


class SavedView(Table):
    """A filtered list a person keeps as a tab."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("user_id", "page", "name"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id", ondelete="CASCADE"))
    page: Mapped[str]
    name: Mapped[str]
    query: Mapped[str]
