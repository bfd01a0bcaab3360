"""Bytes of a protocol to records and back; pure."""
