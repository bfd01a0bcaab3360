"""Bills by commands: listed, bill with their reasons."""

import re

from common.errors import InputError, NotFoundError
from tests.books.world import World
from tests.cloud_service.cli.commands import call, printed, refusal


def test_a_bill_explains_its_lines_and_proves_itself_unchanged(billed: World) -> None:
    bill = call("bill", "show", "INV-2026-00001")

    assert "298 kWh × 0.3 = 89.4" in bill["lines"][0]["explanation"]["why"]
    assert bill["unchanged"] is True
    assert ["118.29", "118.29"] == [bill["total"], bill["outstanding"]]


def test_a_bill_that_is_not_there_is_not_found(billed: World) -> None:
    assert isinstance(refusal("bill", "show", "INV-1"), NotFoundError)


def test_bills_are_a_table_with_heads_of_the_office(billed: World) -> None:
    head, first, second = printed("bill", "list", "--on", "2026-11-03").splitlines()

    assert ["BILL NO", "TENANT NAME", "BILL DATE"] == re.split(r"  +", head)[:3]
    assert {"INV-2026-00001", "INV-2026-00002"} == {first.split()[0], second.split()[0]}
    assert "118.29" in first


def test_bills_are_found_by_state_and_an_unknown_state_is_refused(billed: World) -> None:
    call("account", "pay", "A1", "118.29", "--reference", "r1", "--day", "2026-11-05")

    assert ["INV-2026-00001"] == [bill["number"] for bill in call("bill", "list", "--state", "paid")]
    assert isinstance(refusal("bill", "list", "--state", "lost"), InputError)
