"""Power factor: the penalty by steps, from readings or as the connection says."""

from decimal import Decimal

import pytest

from cloud_service.domain.charges import PowerFactor
from cloud_service.domain.charges.power_factor import Band
from cloud_service.domain.pricing.usage import Usage
from cloud_service.domain.rating.engine import rate, rate_batch
from common.errors import InputError
from tests.cloud_service.domain.builders import (
    MARCH,
    amounts,
    bill,
    energy,
    make_tariff,
    total,
)

D = Decimal


@pytest.mark.parametrize(
    ("factor", "percent"),
    [
        ("1.00", "0"),
        ("0.85", "0"),
        ("0.849", "0"),
        ("0.84", "1.5"),
        ("0.80", "7.5"),
        ("0.75", "15"),
        ("0.74", "18"),
        ("0.60", "60"),
    ],
)
def test_the_penalty_grows_by_steps(factor: str, percent: str) -> None:
    bands = (Band(below=D("0.85"), percent=D("1.5")), Band(below=D("0.75"), percent=D(3)))

    assert D(percent) == PowerFactor(bands=bands).percent(D(factor))


def test_the_power_factor_is_that_of_the_readings() -> None:
    bands = [{"below": "0.9", "percent": "1"}]
    tariff = make_tariff(energy(price="0.10"), {"kind": "power_factor", "of": ["energy"], "bands": bands})

    rating = bill(tariff, total("800"), reactive_import=total("600"))  # 800 / 1000

    assert ["80.00", "8.00"] == amounts(rating)
    assert "power factor 0.8: 10 %" in rating.lines[1].note


def test_a_connection_with_a_power_factor_of_its_own_keeps_it_beside_others() -> None:
    """In a batch each row is billed as it would be alone; every line says what it was made from."""
    tariff = make_tariff(
        {"kind": "standing", "amount": "100", "per": "month"},
        {"kind": "power_factor", "bands": [{"below": "0.85", "percent": "1.5"}]},
    )
    used = {"import": total("80"), "reactive_import": total("60")}
    usages = [Usage(used, values={"power_factor": D("0.84")}), Usage(used)]

    own, read = rate_batch(tariff, usages, MARCH, "UTC")

    assert ["100.00", "1.50"] == amounts(own)
    assert ["100.00", "7.50"] == amounts(read)  # 80 / √(80² + 60²) = 0.8
    assert "power_factor of the connection" in own.lines[1].why
    assert "80 and 60: register import: total of 2026-03-01 to 2026-04-01" in read.lines[1].why
    with pytest.raises(InputError, match="is no power factor"):
        rate(tariff, Usage(used, values={"power_factor": D(84)}), MARCH, "UTC")
