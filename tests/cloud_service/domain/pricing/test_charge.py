"""The fields that every kind of price has: its kind, its name, its days."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest

from cloud_service.domain.charges import CHARGES, AnyCharge, Percentage, Standing
from cloud_service.domain.pricing.charge import Charge

FEE = Standing(amount=Decimal(5), per="month")


@pytest.mark.parametrize(("kind", "charge"), CHARGES.items())
def test_a_kind_is_the_word_of_its_document(kind: str, charge: type[Charge]) -> None:
    assert kind == charge.__struct_config__.tag


def test_a_charge_is_called_by_its_id_or_its_kind() -> None:
    assert "standing" == FEE.name == FEE.kind
    assert "basic fee" == msgspec.structs.replace(FEE, id="basic fee").name


def test_a_charge_without_a_way_to_price_cannot_be_made() -> None:
    with pytest.raises(TypeError, match="abstract"):
        Charge()  # type: ignore[abstract]


def test_a_charge_over_others_refers_to_what_it_is_over() -> None:
    assert ("energy",) == Percentage(percent=Decimal(5), of=("energy",)).refers_to()
    assert () == FEE.refers_to()


def test_the_days_of_a_charge_are_read_by_the_words_people_write() -> None:
    document = {"kind": "standing", "amount": "5", "per": "month", "from": "2026-04-01"}

    charge = msgspec.convert(document, AnyCharge)

    assert date(2026, 4, 1) == charge.start
