"""`energy-cloud readings estimate|estimates|withdraw-estimate`: what is refused, and what text says."""

import pytest

from common.errors import InputError, NotFoundError
from tests.books.world import World
from tests.cloud_service.cli.commands import call, printed, refusal

MONTH = ("--from", "2026-10-01", "--until", "2026-11-01")


@pytest.fixture
def _read(operator: World) -> None:
    for at, index in (("2026-10-01T00:00+02:00", "100"), ("2026-10-11T00:00+02:00", "200")):
        call("readings", "enter", "m1", "import", at, index, "--reason", "read")
    call("readings", "validate")


@pytest.mark.usefixtures("_read")
def test_a_dry_run_says_what_each_rule_would_keep_and_keeps_nothing() -> None:
    said = printed("readings", "estimate", "m1", *MONTH, "--dry-run")

    assert "m1 import: 210.417 kWh from 2026-10-10T22:00:00+00:00" in said
    assert "the average of the last known days, by time alone; not kept" in said
    assert [] == call("readings", "estimates")["estimates"]


@pytest.mark.usefixtures("_read")
def test_a_stated_energy_is_kept_listed_and_taken_back() -> None:
    kept = call("readings", "estimate", "m1", *MONTH, "--rule", "stated", "--total", "55.5", "--reason", "by phone")

    assert ("stated", "55.5") == (kept["estimates"][0]["rule"], kept["estimates"][0]["total"])
    assert "counts" in printed("readings", "estimates", "m1")
    call("readings", "withdraw-estimate", str(kept["kept"][0]), "--reason", "wrong meter")
    assert "withdrawn" in printed("readings", "estimates", "m1")
    assert [] == call("readings", "imports")["imports"]


@pytest.mark.usefixtures("_read")
def test_what_cannot_be_is_said() -> None:
    assert isinstance(refusal("readings", "estimate", "m9", *MONTH, "--dry-run"), NotFoundError)
    assert isinstance(refusal("readings", "estimates", "m9"), NotFoundError)
    assert isinstance(refusal("readings", "estimate", "m1", *MONTH), InputError)  # no reason
    no_year_ago = refusal("readings", "estimate", "m1", *MONTH, "--rule", "last_year", "--reason", "x")
    assert "has nothing to go by here" in str(no_year_ago)
    assert "stated" in no_year_ago.hint
    assert "more than the meter" in str(
        refusal("readings", "estimate", "m1", *MONTH, "--total", "9e7", "--reason", "x")
    )
    assert isinstance(refusal("readings", "withdraw-estimate", "77", "--reason", "x"), NotFoundError)
