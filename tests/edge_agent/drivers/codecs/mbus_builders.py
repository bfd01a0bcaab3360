"""M-Bus records from hexadecimal text."""

from edge_agent.drivers.codecs.mbus_record import MBusRecord, records


def record_of(text: str) -> MBusRecord:
    """The only record in these hexadecimal digits."""
    (record,) = records(bytes.fromhex(text))
    return record
