from datetime import date
from decimal import Decimal

import pytest

from cloud_service.domain.receivables.currency_rates_file import read_rates
from common.errors import InputError


def test_each_line_is_a_rate_of_a_day() -> None:
    lines = ["day,currency,rate", "2026-10-31,EUR,150.25", "2026-11-01,USD,129.1234567891"]

    assert [
        (date(2026, 10, 31), "EUR", Decimal("150.25")),
        (date(2026, 11, 1), "USD", Decimal("129.1234567891")),
    ] == read_rates(lines, "rates.csv")


@pytest.mark.parametrize(
    ("line", "path", "message"),
    [
        ("31.10.2026,EUR,150", "rates.csv:2: day", "is no day"),
        ("2026-10-31,EUR,0", "rates.csv:2: rate", "is no rate"),
        ("2026-10-31,EUR,1.12345678901", "rates.csv:2: rate", "is no rate"),
        ("2026-10-31,EUR,one", "rates.csv:2: rate", "one"),
        ("2026-10-31,EUR,1e300", "rates.csv:2: rate", "is no rate"),
        ("2026-10-31,EUR," + "1" * 140_000, "rates.csv:2", "no CSV: field larger"),
    ],
)
def test_what_is_no_rate_is_refused_with_its_place(line: str, path: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as error:
        read_rates(["day,currency,rate", line], "rates.csv")

    assert path == error.value.path


def test_a_currency_that_nobody_knows_is_refused() -> None:
    with pytest.raises(InputError):
        read_rates(["day,currency,rate", "2026-10-31,euro,1"], "rates.csv")


def test_a_file_without_a_column_says_which() -> None:
    with pytest.raises(InputError, match="the column rate is missing"):
        read_rates(["day,currency", "2026-10-31,EUR"], "rates.csv")
