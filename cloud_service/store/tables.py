"""Every table, imported once, so that the metadata is whole; the list of areas."""

from cloud_service.store import access, audit, billing, collecting, ledger, metering, papers, parties, payments, tariffs
from cloud_service.store.schema import Table

AREAS = (parties, metering, tariffs, billing, ledger, payments, collecting, papers, audit, access)

__all__ = ["AREAS", "Table"]
