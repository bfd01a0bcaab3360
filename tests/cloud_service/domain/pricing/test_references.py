"""What a charge refers to is there, in the unit that it needs, or is refused with its place."""

from decimal import Decimal

import pytest

from cloud_service.domain.calendar.tou_schedule import Period, Schedule
from cloud_service.domain.charges import Demand
from cloud_service.domain.pricing.charge import Charge
from cloud_service.domain.pricing.conversion import Conversion, Converted
from cloud_service.domain.pricing.references import RegisterInfo, TariffReferences, check_conversions, check_positive
from common.errors import InputError

D = Decimal
DAY = Schedule(periods=(Period(name="peak", hours=("16:00-21:00",)), Period(name="rest")))
GAS_ENERGY = Converted(register="gas", factors=(Conversion(calorific_value=D(36)),))


def references(
    *charges: Charge, schedules: dict[str, Schedule] | None = None, conversions: dict[str, Converted] | None = None
) -> TariffReferences:
    """References with a register of steam, and gas that is billed by its energy."""
    return TariffReferences(
        schedules or {},
        {"steam": RegisterInfo(unit="t", utility="heat")},
        conversions or {"gas_kwh": GAS_ENERGY},
        charges,
    )


@pytest.mark.parametrize(
    ("register", "unit", "utility"),
    [
        ("import", "kWh", "electricity"),
        ("import_t1", "kWh", "electricity"),
        ("water", "m3", "water"),
        ("steam", "t", "heat"),
        ("gas_kwh", "kWh", "gas"),
    ],
)
def test_a_register_has_the_unit_of_its_quantity(register: str, unit: str, utility: str) -> None:
    assert (unit, utility) == references().unit_of(register, "charges[0]")


def test_a_register_without_a_unit_is_refused() -> None:
    with pytest.raises(InputError, match="the unit of register 'sun' is not known") as refused:
        references().unit_of("sun", "charges[0]")
    assert "charges[0].register" == refused.value.path


def test_a_demand_has_the_unit_that_the_register_counts_in_an_hour() -> None:
    references().check_power("import", "kW", "charges[0]")
    references().check_power("apparent", "kVA", "charges[0]")
    with pytest.raises(InputError, match="cannot be made of register 'import', which counts kWh"):
        references().check_power("import", "kVA", "charges[0]")


def test_reactive_energy_stands_beside_active_energy_of_its_unit() -> None:
    references().check_reactive("reactive_import", "import", "charges[0]", "register")
    with pytest.raises(InputError, match="is no reactive energy"):
        references().check_reactive("export", "import", "charges[0]", "register")


def test_a_converted_quantity_has_no_steps_of_its_own() -> None:
    with pytest.raises(InputError, match="a demand cannot be made of the converted quantity 'gas_kwh'"):
        references().refuse_converted("gas_kwh", "a demand", "charges[0]")


def test_the_only_schedule_needs_no_name() -> None:
    assert ("day", DAY) == references(schedules={"day": DAY}).schedule("", "charges[0]")
    with pytest.raises(InputError, match="there is no schedule ''"):
        references(schedules={"day": DAY, "night": DAY}).schedule("", "charges[0]")


@pytest.mark.parametrize(
    ("periods", "path"), [(("peak",), "charges[0].prices"), (("peak", "rest", "noon"), "charges[0].prices.noon")]
)
def test_every_period_has_a_price_and_no_other_has(periods: tuple[str, ...], path: str) -> None:
    with pytest.raises(InputError) as refused:
        references(schedules={"day": DAY}).check_periods("day", periods, "prices", "charges[0]")
    assert path == refused.value.path


def test_bounds_per_kw_follow_the_demand_of_one_charge() -> None:
    plain, summer = Demand(price=D(1)), Demand(id="summer", price=D(1))

    references(plain, summer).check_demand("summer", "charges[2]")
    with pytest.raises(InputError, match="there is no demand charge 'winter'"):
        references(plain, summer).check_demand("winter", "charges[2]")
    with pytest.raises(InputError, match="several demand charges are named 'demand'"):
        references(plain, plain).check_demand("demand", "charges[2]")


def test_a_quantity_is_not_made_of_another_one() -> None:
    twice = {"gas_kwh": GAS_ENERGY, "gas_mwh": Converted(register="gas_kwh", factors=GAS_ENERGY.factors)}

    with pytest.raises(InputError, match="'gas_mwh' is made of another converted quantity"):
        check_conversions(references(conversions=twice))


def test_a_factor_is_above_zero() -> None:
    nothing = {"gas_kwh": Converted(register="gas", factors=(Conversion(calorific_value=D(0)),))}

    with pytest.raises(InputError, match="0 is not above 0") as refused:
        check_conversions(references(conversions=nothing))
    assert "quantities.gas_kwh.factors[0].calorific_value" == refused.value.path


def test_a_number_that_is_not_given_is_not_checked() -> None:
    check_positive("charges[0]", price=None, amount=D(0))
    with pytest.raises(InputError, match="-1 is below 0"):
        check_positive("charges[0]", amount=D(-1))
