"""`energy-cloud readings enter|correct|withdraw`: kept with a reason, odd ones only when confirmed."""

import pytest

from common.errors import ConflictError
from tests.books.world import World
from tests.cloud_service.cli.commands import call, refusal

AT = "2026-10-02T00:00+02:00"


def by_hand(what: str, *value: str, at: str = AT) -> list[str]:
    return ["readings", what, "m1", "import", at, *value, "--reason", "read on site"]


@pytest.fixture
def _read_before(operator: World) -> None:
    call(*by_hand("enter", "100", at="2026-10-01T00:00+02:00"))


@pytest.mark.usefixtures("_read_before")
def test_an_odd_reading_is_refused_with_what_is_odd_until_it_is_confirmed() -> None:
    refused = refusal(*by_hand("enter", "99"))

    assert ("doubtful", True) == (refused.code, "lower than the reading before" in str(refused))
    assert ["below_last"] == call(*by_hand("enter", "99"), "--confirm")["doubts"]


@pytest.mark.usefixtures("_read_before")
def test_a_reading_is_corrected_and_withdrawn_where_there_is_one() -> None:
    assert isinstance(refusal(*by_hand("correct", "120")), ConflictError)
    first = call(*by_hand("enter", "110"))["note"]

    assert first < call(*by_hand("correct", "120"))["note"] < call(*by_hand("withdraw"))["note"]
    assert "nothing counts for m1 import" in str(refusal(*by_hand("withdraw")))
