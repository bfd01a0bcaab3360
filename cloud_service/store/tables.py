"""Every table, imported once, so that the metadata is whole; the list of areas."""

from cloud_service.store.audit import tables as audit
from cloud_service.store.batches import tables as batches
from cloud_service.store.customers import tables as customers
from cloud_service.store.database.schema import Table
from cloud_service.store.delivery import tables as delivery
from cloud_service.store.identity import tables as identity
from cloud_service.store.invoicing import tables as invoicing
from cloud_service.store.invoicing.advances import tables as advances
from cloud_service.store.metering import file_tables, round_tables
from cloud_service.store.metering import tables as metering
from cloud_service.store.metering.estimation import tables as estimation
from cloud_service.store.receivables import collection_tables, ledger_tables, payment_tables
from cloud_service.store.sheets import tables as sheets
from cloud_service.store.tariffs import tables as tariffs

AREAS = (
    audit, customers, delivery, invoicing, ledger_tables, payment_tables, collection_tables, metering, file_tables,
    round_tables, estimation, tariffs, identity, sheets, batches,
    advances,
)  # fmt: skip

__all__ = ["AREAS", "Table"]
