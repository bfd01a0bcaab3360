"""What was entered of a contract was wrong, by commands."""

from common.errors import InputError, NotFoundError
from tests.books.world import World
from tests.cloud_service.cli.commands import call, printed, refusal


def test_a_first_day_is_moved_and_a_contract_taken_back(operator: World) -> None:
    why = ("--reason", "typing error")
    call("contract", "move-out", "V1", "--day", "2026-10-01")
    call("contract", "move-in", "V2", "--point", "Flat 1", "--account", "A1", "--tariff", "flat", "--day", "2026-10-16")

    assert "contract V2 begins on 2026-10-10\n" == printed(
        "contract", "change-start", "V2", "--day", "2026-10-10", *why
    )  # fmt: skip
    assert "2026-10-05" == call("contract", "change-start", "V2", "--day", "2026-10-05", *why)["start"]
    assert isinstance(refusal("contract", "change-start", "V2", "--day", "2026-10-05", *why), InputError)
    assert "contract V2 is taken back\n" == printed("contract", "take-back", "V2", *why)
    assert isinstance(refusal("contract", "take-back", "V2", *why), NotFoundError)
    assert ["V1"] == [row["number"] for row in call("contract", "list")]
