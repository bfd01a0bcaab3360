from sqlalchemy.orm import Session

from cloud_service.sheets.heads.numbers import FreeNumbers
from tests.books.world import build


def test_numbers_follow_the_companys_manner_and_none_is_taken_twice(session: Session) -> None:
    world = build(session, tenants=2)
    numbers = FreeNumbers(session, world.entity)

    assert ["C3", "C4"] == [numbers.client(), numbers.client()]
    assert "C5" == numbers.take("client", "C5")
    assert "C6" == numbers.client()
    assert ["V3", "V4"] == [numbers.contract(), numbers.contract()]
    assert "A3" == numbers.account(1)


def test_a_number_that_a_row_named_before_is_left_alone(session: Session) -> None:
    world = build(session, tenants=1)
    numbers = FreeNumbers(session, world.entity)
    numbers.take("contract", "V2")

    assert "V3" == numbers.contract()
