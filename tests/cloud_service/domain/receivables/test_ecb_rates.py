from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from cloud_service.domain.receivables.ecb_rates import (
    EuroDay,
    in_currency,
    looks_like_ecb,
    newest_published,
    published_currencies,
    read_ecb,
)
from common.errors import InputError
from tests.cloud_service.ecb_files import DAYS, daily_csv, history_csv, xml, zipped

LAST = date(2026, 11, 27)


@pytest.mark.parametrize("content", [xml(), history_csv(), zipped(history_csv()), zipped(xml(), "hist.xml")])
def test_each_form_of_the_history_says_the_same(content: bytes) -> None:
    days = read_ecb(content, "file")

    assert looks_like_ecb(content)
    assert sorted(DAYS) == [day.day for day in days]
    assert {code: Decimal(rate) for code, rate in DAYS[LAST].items()} == days[-1].of_euro
    assert "TRY" not in days[0].of_euro


def test_the_daily_csv_writes_its_day_in_words() -> None:
    (day,) = read_ecb(daily_csv(), "eurofxref.csv")
    assert (LAST, Decimal("1.1624")) == (day.day, day.of_euro["USD"])


def test_rates_go_through_the_euro() -> None:
    days = read_ecb(xml(), "file")

    # one dollar is 1/1.1624 euros; one pound is 1.1624/0.8761 dollars
    assert [(LAST, "USD", Decimal("0.8602890571"))] == in_currency(days, "EUR", ["USD", "EUR"], LAST)
    assert [(LAST, "EUR", Decimal("1.1624")), (LAST, "GBP", Decimal("1.3267891793"))] == in_currency(
        days, "USD", ["GBP", "EUR"], LAST
    )
    assert [LAST] == [day for day, _, _ in in_currency(days, "EUR", ["TRY"])]
    assert [] == in_currency(days, "KES", ["USD"])
    assert {"EUR", "USD", "JPY", "GBP", "TRY"} == published_currencies(days)


def test_a_rate_too_small_to_be_kept_is_left_out() -> None:
    assert [] == in_currency([EuroDay(LAST, {"XXX": Decimal(10) ** 12})], "EUR", ["XXX"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "first column is not Date"),
        (b"Date,USD\n", "no rates in it"),
        (b"Date,Dollar\n2026-11-27,1\n", "is no currency"),
        (b"Date,USD\n27.11.2026,1\n", "is no day"),
        (b"Date,USD\n2026-11-27,-1\n", "is no rate"),
        (b"Date,USD\n2026-11-27,one\n", "one"),
        (b"Date,USD\n2026-11-27,1e999999\n", "is no rate"),
        (b"Date,USD\n2026-11-27," + b"1" * 140_000, "broken: field larger"),
        (b"<html></html>", "no rates in it"),
        (b"<Envelope", "broken"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a/>', "no entities"),
        (b"\xff\xfe", "no text"),
        (b"PK\x03\x04broken", "cannot be unpacked"),
        (zipped(b"", "a.csv", "b.csv"), "2 files of rates"),
        (zipped(b"", "readme.txt"), "0 files of rates"),
        (zipped(b" " * 20_000_001), "larger than any file"),
    ],
)
def test_what_is_no_file_of_the_bank_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_ecb(content, "file")


def test_our_own_csv_is_told_apart() -> None:
    assert not looks_like_ecb(b"day,currency,rate\n2026-11-27,USD,1\n")


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 11, 27, 15, 29, tzinfo=UTC), date(2026, 11, 26)),  # Friday, 16:29 in Frankfurt
        (datetime(2026, 11, 27, 15, 30, tzinfo=UTC), LAST),
        (datetime(2026, 11, 29, 12, tzinfo=UTC), LAST),
        (datetime(2026, 11, 30, 12, tzinfo=UTC), LAST),
        (datetime(2026, 6, 30, 14, 30, tzinfo=UTC), date(2026, 6, 30)),  # in summer
    ],
)
def test_the_newest_rates_are_those_of_the_last_working_day_that_are_out(now: datetime, day: date) -> None:
    assert day == newest_published(now)
