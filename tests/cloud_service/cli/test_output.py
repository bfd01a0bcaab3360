import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from cloud_service.cli.output import as_json, cell, decimal_text, print_listing, print_table
from cloud_service.store.lists.customers import clients
from cloud_service.store.lists.paging import ListQuery
from cloud_service.store.scope import Scope
from tests.books.world import World


@dataclass(frozen=True, slots=True)
class Share:
    contract: str
    amount: Decimal


def test_records_decimals_and_days_become_plain_json() -> None:
    shares = [Share("V1", Decimal("1.5"))]

    assert {"shares": [{"contract": "V1", "amount": "1.50"}], "day": "2026-10-31"} == json.loads(
        as_json({"shares": shares, "day": date(2026, 10, 31)})
    )


def test_instants_and_ids_are_text() -> None:
    instant, public_id = datetime(2026, 10, 31, 12, tzinfo=UTC), UUID(int=7)

    assert ["2026-10-31T12:00:00+00:00", str(public_id)] == json.loads(as_json([instant, public_id]))


@pytest.mark.parametrize(
    ("value", "text"), [("1.5", "1.50"), ("-0.005", "-0.005"), ("1E+3", "1000.00"), ("0.3125000", "0.3125")]
)
def test_a_decimal_has_two_places_or_all_it_needs(value: str, text: str) -> None:
    assert text == decimal_text(Decimal(value))


def test_what_is_not_there_is_a_dash_in_tables() -> None:
    assert ["–", "7", "7.00"] == [cell(None), cell(7), cell(Decimal(7))]


def test_numbers_stand_to_the_right_and_words_to_the_left(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["NAME", "EUR"], [["Anna", "1,234.50"], ["Bo", "–"]])

    assert "NAME       EUR\nAnna  1,234.50\nBo           –\n" == capsys.readouterr().out


def test_a_listing_is_the_console_s_list_as_a_table_or_as_json(
    operator: World, capsys: pytest.CaptureFixture[str]
) -> None:
    query = ListQuery(size=10)
    listing = clients(Scope(), query, date(2026, 10, 31))
    for json_output in (False, True):
        print_listing(listing, query, ("number", "last_bill"), json_output=json_output)

    table, _, record = capsys.readouterr().out.rpartition("\n[")
    assert ["NUMBER", "LAST", "BILL", "C1", "–"] == table.split()
    assert [{"number": "C1", "last_bill": None}] == json.loads("[" + record)
