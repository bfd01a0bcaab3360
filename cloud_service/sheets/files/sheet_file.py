"""Bytes of a file that somebody chose: CSV or XLSX, told by what is in them and not by their name."""

import hashlib
from dataclasses import dataclass

from cloud_service.sheets.files.csv_file import read_csv
from cloud_service.sheets.files.xlsx_file import read_xlsx
from cloud_service.sheets.sheet import Sheet
from common.errors import InputError

FILE_MAX = 10 * 2**20
ZIP_MARK = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class SheetFile:
    """A file by name, with the bytes in it."""

    name: str
    content: bytes

    @property
    def sha256(self) -> bytes:
        """By which the same file is known again."""
        return hashlib.sha256(self.content).digest()

    def read(self) -> Sheet:
        """The table in it; InputError where there is none."""
        if len(self.content) > FILE_MAX:
            raise InputError(f"it has more than {FILE_MAX // 2**20} MB", path="file", hint="cut it into several files")
        return read_xlsx(self.content) if self.content.startswith(ZIP_MARK) else read_csv(self.content)
