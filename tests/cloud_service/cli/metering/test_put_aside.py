"""Meters that were put aside, by command."""

from datetime import UTC, datetime

from cloud_service.store.metering.validation import register_faults
from common.errors import NotFoundError
from tests.books.world import World
from tests.cloud_service.cli.commands import call, printed, refusal

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_the_list_names_each_with_its_reason_and_the_meter_is_tried_again(operator: World) -> None:
    assert [] == call("readings", "put-aside")
    register_faults.note(operator.session, operator.registers[0], "steps do not fit", NOON)
    operator.session.commit()

    (fault,) = call("readings", "put-aside", code=6)
    assert ("m1", "import", "steps do not fit", 1) == (
        fault["meter"], fault["register"], fault["error"], fault["tries"],
    )  # fmt: skip
    assert "m1 import: steps do not fit (1 tries, next 2026-11-20 12:15Z)" in printed("readings", "put-aside", code=6)
    assert {"tried_again": 1} == call("readings", "put-aside", "--again", "m1")
    assert isinstance(refusal("readings", "put-aside", "--again", "m2"), NotFoundError)
    assert 0 == call("readings", "put-aside", code=6)[0]["tries"]
