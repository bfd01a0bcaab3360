"""Bank statements as plain lines: ISO 20022 (camt), MT940, or tables; a damaged file is refused whole."""

from pathlib import Path
from typing import BinaryIO

from lxml import etree

from cloud_service.domain.receivables.bank_line import BankLine
from cloud_service.domain.receivables.bank_line_names import named
from cloud_service.payments.bank_csv import lines_of_table
from cloud_service.payments.camt import WANTED, camt_lines
from cloud_service.payments.mt940 import is_mt940, mt940_lines
from common.errors import InputError, at_field

HEAD_BYTES = 4096


def read_statement(path: Path) -> list[BankLine]:
    """All booked movements of the file at a path; its errors name it."""
    with at_field(str(path)):
        try:
            with path.open("rb") as file:
                return read_lines(file)
        except OSError as error:
            raise InputError(f"cannot read: {error.strerror}") from error


def read_lines(file: BinaryIO) -> list[BankLine]:
    """All booked movements of a file, batches taken apart into their payments, each with our reference for it."""
    head = file.read(HEAD_BYTES)
    if head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").startswith(b"<"):
        if b"<!DOCTYPE" in head:
            raise InputError("a document type has no place in a bank statement", hint=WANTED)
        file.seek(0)
        return named(_xml_lines(file))
    content = head + file.read()
    return named(mt940_lines(content) if is_mt940(content) else lines_of_table(content))


def _xml_lines(file: BinaryIO) -> list[BankLine]:
    try:
        lines = list(camt_lines(file))
    except etree.XMLSyntaxError as error:
        raise InputError(f"not a whole XML file: {error.msg}", hint=WANTED) from error
    if not lines:
        raise InputError("no bank statement in it", hint=WANTED)
    return [line for line in lines if line is not None]
