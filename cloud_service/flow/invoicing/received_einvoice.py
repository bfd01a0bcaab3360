"""E-invoices of others: read, nothing is booked."""

from cloud_service.documents.einvoice.received import ReceivedEinvoice, read


def read_einvoice(body: bytes) -> ReceivedEinvoice:
    """What a file says as an e-invoice."""
    return read(body)
