"""Lines of Australian meter data files for tests, and what a file of them says."""

import io
from typing import Any

import pytest

from cloud_service.domain.metering.meterdata import BadFileError, FileSummary, read

HEADER = "100,NEM12,202401010000,MDP,RETAILER"
CHANNEL = "200,NMI0000001,E1,E1,E1,N1,SERIAL1,kWh,30,"
END = "900"


def day(date: str = "20240101", values: str = "", quality: str = "A", count: int = 48) -> str:
    """A 300 record: a day of half hours of 1.5 each unless said otherwise."""
    return f"300,{date},{values or ','.join(['1.5'] * count)},{quality},,,20240102000000,"


def load(*lines: str) -> tuple[dict[str, Any], list[Any]]:
    """The summary of a file of these lines, and its blocks."""
    summary = FileSummary([])
    blocks = list(read(io.BytesIO("\r\n".join(lines).encode()), "nem12", summary))
    return summary.as_json(), blocks


def refusal(*lines: str) -> BadFileError:
    """Why a file of these lines is refused."""
    with pytest.raises(BadFileError) as caught:
        load(*lines)
    return caught.value
