"""What a person decides of a run: give it up, rate what was parked again."""

from tests.books.world import World
from tests.cloud_service.cli.commands import call, printed


def test_a_queued_run_waits_for_workers_and_can_be_given_up(three_tenants: World) -> None:
    queued = call("bill", "run", "--month", "2026-10", "--bill-date", "2026-11-02", "--queue")
    run_id = str(queued["run"])

    assert "rating" == queued["state"]
    assert (3, 0, "rating") == tuple(call("bill", "status", run_id)[name] for name in ("items", "rated", "state"))
    assert f"run {run_id} is cancelled\n" == printed("bill", "cancel", run_id, "--reason", "too early")
    assert ["cancelled"] == [run["state"] for run in call("bill", "runs")]


def test_parked_items_are_rated_again_once_mended(three_tenants: World) -> None:
    run_id = str(call("bill", "run", "--month", "2026-10", "--bill-date", "2026-11-02", code=6)["run"])

    assert {"run": int(run_id), "items": 1} == call("bill", "retry", run_id)
