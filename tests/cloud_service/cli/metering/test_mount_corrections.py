"""Mounts that were entered wrongly, by a command."""

from sqlalchemy import text

from common.errors import InputError, NotFoundError
from tests.books.world import World
from tests.cloud_service.cli.commands import call, printed, refusal

WHY = ("--reason", "typing error")


def test_a_multiplier_and_the_day_of_a_meter_are_corrected(operator: World) -> None:
    assert {"meter": "m1", "bills": []} == call("meter", "correct-mount", "m1", "--multiplier", "20", *WHY)
    assert "the mount of m1 is corrected\n" == printed(
        "meter", "correct-mount", "m1", "--since", "2026-02-01T10:30", "--at", "2026-03-01T00:00", *WHY
    )
    (mount,) = operator.session.execute(text("SELECT lower(during) AS since, multiplier FROM meter_mount"))
    assert (20, "2026-02-01T09:30:00+00:00") == (mount.multiplier, mount.since.isoformat())


def test_a_moment_at_which_it_hung_nowhere_and_no_multiplier_are_refused(operator: World) -> None:
    assert isinstance(refusal("meter", "correct-mount", "m1", "--at", "2020-01-01T00:00", *WHY), NotFoundError)
    assert isinstance(refusal("meter", "correct-mount", "m1", "--multiplier", "0", *WHY), InputError)
