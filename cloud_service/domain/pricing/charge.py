"""The fields that every kind of price has, and what it may refer to while its document is checked.

A charge is a validated document; `rate(context)` adds lines for every connection of the batch. Charges do not know each
other: a charge over other charges sees lines only.
"""

from abc import ABCMeta, abstractmethod
from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from cloud_service.domain.pricing.charge_context import ChargeContext
from cloud_service.domain.pricing.references import TariffReferences


class ChargeMeta(msgspec.StructMeta, ABCMeta):
    """A struct whose abstract methods must be there."""


class Charge(
    msgspec.Struct, metaclass=ChargeMeta, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"
):
    """The fields every charge has."""

    id: Annotated[str, Meta(description="Name of the charge, for percentages and ratchets; its kind if left out")] = ""
    label: Annotated[str, Meta(description="Text of the invoice line")] = ""
    tax: Annotated[str, Meta(description="Name of a tax of this tariff; none means the one marked default")] = ""
    start: Annotated[date | None, Meta(description="First day the price is valid")] = msgspec.field(
        name="from", default=None
    )
    until: Annotated[date | None, Meta(description="First day it is no longer valid")] = None

    @property
    def kind(self) -> str:
        """The kind of the charge, a key of `CHARGES`."""
        return str(self.__struct_config__.tag)

    @property
    def name(self) -> str:
        """What other charges, taxes and the history call it: its id, or its kind where it has none."""
        return self.id or self.kind

    def check(self, tariff: TariffReferences, path: str) -> None:
        """Refuse a charge that cannot be priced, with its place in the document."""

    @abstractmethod
    def rate(self, context: ChargeContext) -> None:
        """Add this charge's lines for every connection of the part."""

    def over(self) -> tuple[str, ...]:
        """Ids or kinds of charges before this one whose lines it is over, or *."""
        return ()

    def refers_to(self) -> tuple[str, ...]:
        """Ids or kinds of charges that must stand before this one."""
        return self.over()

    def remembers(self) -> bool:
        """Whether it hands something to the next span under its id (peaks, credit, sums of the year)."""
        return False

    def needs_steps(self) -> bool:
        """Whether its price depends on when something was used: then a sum over a longer time is not enough."""
        return False
