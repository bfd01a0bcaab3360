"""The options of an address."""

from typing import Any

import click
import pytest

from cloud_service.cli.customers.address_options import given_address

NOTHING: dict[str, Any] = {"address_as_written": False, "address_checked": False, "city": None, "address": None}


@pytest.mark.parametrize(
    ("told", "given"),
    [
        ({}, {}),
        ({"city": "Kiel", "phone": "1"}, {"city": "Kiel", "phone": "1", "address_state": "checked"}),
        ({"street": r"Kai 1\nHof"}, {"street": "Kai 1\nHof", "address_state": "checked"}),
        ({"city": "Kiel", "address_as_written": True}, {"city": "Kiel", "address_state": "as_written"}),
        ({"address": r"Kai 1\nKiel"}, {"address": "Kai 1\nKiel"}),
        ({"address_checked": True}, {"address_state": "checked"}),
    ],
)
def test_what_was_given_by_the_names_of_columns(told: dict[str, Any], given: dict[str, Any]) -> None:
    assert given == given_address(NOTHING | told)


@pytest.mark.parametrize(
    "told", [{"city": "Kiel", "address": "Kai 1"}, {"address_as_written": True, "address_checked": True}]
)
def test_what_says_the_same_twice_is_refused(told: dict[str, Any]) -> None:
    with pytest.raises(click.UsageError):
        given_address(NOTHING | told)
