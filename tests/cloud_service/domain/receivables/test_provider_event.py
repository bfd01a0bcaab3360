from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from cloud_service.domain.receivables.provider_event import ProviderEvent
from common.errors import InputError

PAID = ProviderEvent("stripe", "e1", "paid", "r1", "p1", Decimal(10), "EUR", datetime(2026, 11, 2, tzinfo=UTC), b"{}")


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"amount": Decimal(0)}, "amount"),
        ({"amount": Decimal(-1)}, "amount"),
        ({"amount": 10.0}, "amount"),
        ({"event_id": ""}, "event_id"),
        ({"occurred_at": datetime(2026, 11, 2)}, "occurred_at"),  # noqa: DTZ001 - the fault that is looked for
    ],
    ids=["nothing paid", "less than nothing", "a float", "no id", "no zone"],
)
def test_an_event_that_could_not_be_booked_safely_is_refused(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(InputError) as error:
        replace(PAID, **changes)

    assert path == error.value.path


@pytest.mark.parametrize("kind", ["failed", "expired", "ignored"])
def test_an_event_that_moves_no_money_needs_no_amount(kind: Any) -> None:
    assert Decimal(0) == replace(PAID, kind=kind, amount=Decimal(0)).amount
