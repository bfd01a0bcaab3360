"""`energy-cloud bill calendar show|set`: what is not given stays, what cannot be is refused."""

import pytest

from common.errors import InputError
from tests.books.world import World
from tests.cloud_service.cli.commands import call, printed, refusal

SET = ("bill", "calendar", "set")


@pytest.mark.usefixtures("operator")
def test_a_calendar_is_set_field_by_field_and_shown() -> None:
    call(*SET, "--automatic", "--since", "2026-10-01", "--after-days", "3", "--reason", "from now on")
    calendar = call(*SET, "--last-days", "12", "--incomplete", "estimate", "--outlier-times", "2.5")

    assert (True, "2026-10-01", 3, 12, "estimate", True) == tuple(
        calendar[name] for name in ("automatic", "since", "after_days", "last_days", "incomplete", "confirm_estimates")
    )
    said = printed("bill", "calendar", "show")
    assert "of cycles that end after 2026-10-01, 3 days after their end" in said
    assert "on day 12 it is estimated, confirmed by a person" in said
    assert "odd is 2.5 times what is usual" in said
    assert call(*SET, "--incomplete", "person", "--last-days", "none")["last_days"] is None


def test_a_calendar_that_cannot_be_is_refused(operator: World) -> None:
    for wrong, path in (
        (("--automatic",), "since"),
        (("--incomplete", "estimate"), "last_days"),
        (("--last-days", "soon"), "--last-days"),
        (("--after-days", "99"), "after_days"),
        (("--outlier-times", "1"), "outlier_times"),
    ):
        refused = refusal(*SET, *wrong)
        assert isinstance(refused, InputError)
        assert path == refused.path
    assert not call("bill", "calendar", "show")["automatic"]


def test_estimates_are_confirmed_by_their_numbers(operator: World) -> None:
    assert {"confirmed": 0} == call("readings", "confirm-estimate", "5", "6")


def test_a_run_that_holds_nothing_lets_nothing_go(billed: World) -> None:
    assert "holds no amount" in str(refusal("bill", "let-go", "1", "--reason", "right"))


@pytest.mark.usefixtures("operator")
def test_bills_in_advance_are_left_to_themselves() -> None:
    assert call(*SET, "--advances")["advances"] is True
    assert "bills in advance are issued by themselves" in printed("bill", "calendar", "show")
    assert call(*SET, "--no-advances")["advances"] is False
