import pytest

from common.errors import ConflictError, InputError, NotFoundError
from tests.books.world import World
from tests.cloud_service.cli.commands import call, refusal

OLD = ("account", "take-over", "A1", "150", "--bill", "2025/0815", "--date", "2026-08-03", "--paid", "30")


@pytest.fixture
def owner(operator: World) -> World:
    operator.tenant()
    operator.session.commit()
    return operator


def statement() -> list[tuple[str, str]]:
    return [(row["kind"], row["amount"]) for row in call("account", "statement", "A1")["movements"]]


def test_a_bill_a_balance_and_a_deposit_are_taken_over_and_the_bill_back(owner: World) -> None:
    assert {"account": "A1", "taken_over": "2025/0815"} == call(*OLD, "--on", "2026-11-01")
    assert {"account": "A1", "taken_over": "OPENING-A1"} == call("account", "take-over", "A1", "-12.50")
    assert {"account": "A1", "taken_over": "deposit"} == call("account", "take-over", "A1", "200", "--deposit")

    assert [("take_over", "120.00"), ("take_over", "-12.50")] == statement()
    assert {"taken_back": "2025/0815"} == call("account", "take-back", "2025/0815", "--reason", "wrong")
    assert ("take_over_undo", "-120.00") in statement()


def test_what_cannot_be_is_refused(owner: World) -> None:
    assert isinstance(refusal("account", "take-over", "A9", "1"), NotFoundError)
    assert isinstance(refusal(*OLD, "--deposit"), InputError)
    call(*OLD)
    assert isinstance(refusal(*OLD), ConflictError)
