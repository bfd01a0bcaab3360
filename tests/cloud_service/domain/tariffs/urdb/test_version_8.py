"""Records of the URDB become documents of ours with the same prices, or are refused with a reason."""

from typing import Any

import pytest

from cloud_service.domain.tariffs.urdb import import_urdb
from common.errors import InputError
from tests.cloud_service.domain.tariffs.urdb.records import D, june, record


def test_names_of_older_versions_are_read() -> None:
    rating = june(record(fixedmonthlycharge=7, minmonthlycharge=100, approved=True, demandcomments="see sheet 3"))

    assert [D("72.00"), D("7.00"), D("21.00")] == [line.amount for line in rating.lines]


def test_names_may_be_written_in_any_case_and_are_never_left_out() -> None:
    fields = {"fixedChargeFirstMeter": 7, "fixedChargeUnits": "$/month", "flatDemandStructure": [[{"rate": 5}]]}

    written = june(record(**fields))

    assert june(record(**{name.lower(): value for name, value in fields.items()})).total == written.total
    assert {"energy", "demand", "standing"} == {line.charge for line in written.lines}


def test_fuel_adjustments_are_a_charge_of_their_month() -> None:
    rating = june(record(fueladjustmentsmonthly=[D("0.01") if month == 5 else 0 for month in range(12)]))

    assert [D("72.00"), D("7.20")] == [line.amount for line in rating.lines]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        pytest.param({"energyratestructure": [[]]}, "energyratestructure[0]", id="a period without a tier"),
        pytest.param(
            {"energyratestructure": [[{"unit": "kWh"}]]}, "energyratestructure[0][0].rate", id="a tier without a rate"
        ),
        pytest.param(
            {"energyratestructure": [[{"rate": 1, "unit": "therm"}]]},
            "energyratestructure[0][0].unit",
            id="another unit",
        ),
        pytest.param(
            {"energyratestructure": [[{"rate": 1, "colour": 1}]]}, "energyratestructure[0][0].colour", id="another part"
        ),
        pytest.param({"energyratestructure": [[{"rate": True}]]}, "energyratestructure[0][0].rate", id="no number"),
        pytest.param(
            {
                "energyratestructure": [
                    [{"rate": 1, "max": 5, "unit": "kWh"}, {"rate": 1, "max": 9, "unit": "kWh daily"}, {"rate": 1}]
                ]
            },
            "energyratestructure[0]",
            id="bounds of two kinds",
        ),
        pytest.param(
            {"energyratestructure": [[{"rate": 1, "max": 5}]]},
            "energyratestructure[0][0].max",
            id="no price above the last tier",
        ),
        pytest.param(
            {"energyratestructure": [[{"rate": 1}, {"rate": 2}]]},
            "energyratestructure[0][0]",
            id="an open tier that is not the last",
        ),
        pytest.param({"energyweekdayschedule": [[0] * 24] * 11}, "energyweekdayschedule", id="eleven months"),
        pytest.param(
            {"energyweekendschedule": [[0] * 23 + [1]] * 12}, "energyweekendschedule[0][23]", id="an unknown period"
        ),
        pytest.param({"dgrules": "Net Wishing"}, "dgrules", id="another rule"),
        pytest.param({"fixedchargefirstmeter": 1, "fixedchargeunits": "$/kW"}, "fixedchargeunits", id="fixed per kW"),
        pytest.param({"mincharge": 1, "minchargeunits": "$/kWh"}, "minchargeunits", id="minimum per kWh"),
        pytest.param({"coincidentratestructure": [[{"rate": 1}]]}, "coincidentratestructure", id="coincident demand"),
        pytest.param({"demandreactivepowercharge": D("0.3")}, "demandreactivepowercharge", id="reactive power"),
        pytest.param(
            {"flatdemandstructure": [[{"rate": 1}]], "flatdemandunit": "hp"}, "flatdemandunit", id="horse power"
        ),
        pytest.param(
            {"flatdemandstructure": [[{"rate": 1}]], "flatdemandmonths": [0] * 3}, "flatdemandmonths", id="three months"
        ),
        pytest.param(
            {"demandratestructure": [[{"rate": 1, "unit": "kVA"}]]}, "demandratestructure[0][0].unit", id="kVA"
        ),
        pytest.param(
            {"demandratestructure": [[{"rate": 1}]], "demandunits": "hp"}, "demandunits", id="horse power again"
        ),
        pytest.param({"demandratestructure": [[{"rate": 1}]], "demandwindow": 20}, "demandwindow", id="20 minutes"),
        pytest.param({"lookbackpercent": 80, "lookbackrange": 3}, "lookbackpercent", id="a share above 1"),
        pytest.param({"lookbackpercent": D("0.8")}, "lookbackrange", id="a look-back without months"),
        pytest.param({"fueladjustmentsmonthly": [1]}, "fueladjustmentsmonthly", id="one month"),
        pytest.param({"standbycharge": 5}, "standbycharge", id="a charge that is not known"),
        pytest.param({"standbyCharge": "$12.50"}, "standbycharge", id="a charge that is not known, as text"),
        pytest.param({"mincharge": 5, "minCharge": 6}, "minCharge", id="one name in two writings"),
        pytest.param({"minmonthlycharge": 5, "annualmincharge": 50}, "annualmincharge", id="two minimum charges"),
        pytest.param({"energyratestructure": None}, "energyratestructure", id="no prices at all"),
    ],
)
def test_what_would_change_the_bill_and_cannot_be_priced_is_refused(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(InputError) as refused:
        import_urdb(record(**fields))

    assert path == refused.value.path
