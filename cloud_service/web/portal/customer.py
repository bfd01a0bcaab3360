"""The customer whose portal it is: their accounts, the registers that bill them, the zone of their days."""

from dataclasses import dataclass
from datetime import date

from cloud_service.store.customers.tables import Account, Client
from cloud_service.store.lookups import customers, metering
from cloud_service.store.lookups.metering import OwnRegister
from cloud_service.web.access import scope
from cloud_service.web.clock import now
from cloud_service.web.database import session
from common.period import local_day


@dataclass(frozen=True, slots=True)
class Customer:
    """Who looks, at which accounts, in which zone."""

    client: Client
    accounts: list[Account]
    registers: list[OwnRegister]  # that bill the customer or did, those of today first
    zone: str  # IANA name, of the first register's site

    @property
    def ids(self) -> list[int]:
        """The ids of the accounts."""
        return [account.id for account in self.accounts]

    @property
    def today(self) -> date:
        """The civil day where the meter is."""
        return local_day(now(), self.zone)


def own_customer() -> Customer:
    """The customer of this request."""
    client = customers.own_client(session(), scope())
    accounts = customers.own_accounts(session(), scope())
    registers = metering.own_registers(session(), [account.id for account in accounts], local_day(now(), "UTC"))
    return Customer(client, accounts, registers, registers[0].timezone if registers else "UTC")
