from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from cloud_service.store.lookups.connection_surroundings import LastIndex
from cloud_service.web.console.customers.connection_fields import index_hint, short, thousandths
from common.errors import InputError
from tests.cloud_service.web.conftest import Console


def test_an_index_is_a_whole_number_of_thousandths(console: Console) -> None:
    assert 12_345 == thousandths(Decimal("12.345"), "x")
    for wrong in ("1.2345", "-1"):
        with console.app.test_request_context(), pytest.raises(InputError):
            thousandths(Decimal(wrong), "x")


def test_what_was_read_last_is_said_by_the_clock_of_the_site(console: Console) -> None:
    at = datetime(2026, 11, 1, 22, 30, tzinfo=UTC)
    read = LastIndex("m1", uuid4(), "import", "kWh", 1_234_500, at)
    with console.app.test_request_context():
        assert "Last: 1,234.500 kWh, 2026-11-02 01:30." == index_hint(read, "Africa/Nairobi")
        assert "Nothing was read yet." == index_hint(LastIndex("m1", uuid4(), "import", "kWh", None, None), "UTC")


@pytest.mark.parametrize(("stored", "shown"), [("1.000000", "1"), ("40.500000", "40.5"), ("100", "100")])
def test_the_zeros_of_the_database_are_not_shown(stored: str, shown: str) -> None:
    assert shown == str(short(Decimal(stored)))
