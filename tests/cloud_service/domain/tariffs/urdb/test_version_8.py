"""Records of the URDB become documents of ours with the same prices, or are refused with a reason."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cloud_service.domain.pricing.priced_lines import RatingResult
from cloud_service.domain.tariffs.tariff import load_tariff
from cloud_service.domain.tariffs.urdb import import_urdb, is_urdb
from common.errors import InputError
from common.period import Span
from tests.cloud_service.domain.builders import bill, steady
from tests.shared import need_shared

D = Decimal
HOURS = [[0] * 24 for _ in range(12)]
PEAK = [[0] * 16 + [1] * 5 + [0] * 3 for _ in range(12)]
JUNE = Span(date(2026, 6, 1), date(2026, 7, 1))


def record(**fields: Any) -> dict[str, Any]:
    """A flat rate, unless something else is said."""
    return {
        "utility": "A Utility",
        "name": "A Rate",
        "energyratestructure": [[{"rate": D("0.10")}]],
        "energyweekdayschedule": HOURS,
        "energyweekendschedule": HOURS,
        **fields,
    }


def book(**fields: Any) -> dict[str, Any]:
    """The same in the ratebook form."""
    tier = {"rate": "0.10", "adj": "0.01", "max": None, "max_unit": "kWh", "sell": None}
    return {
        "identity": {"utility_id": "A Utility", "plan_name": "A Rate"},
        "effective_range": {"start": "2026-06-01", "end": None, "scheduled_end": "2026-11-01"},
        "energy": {"periods": [{"tiers": [tier]}]},
        "schedule": {"weekday": HOURS, "weekend": HOURS, "holiday_policy": "unknown"},
        "fixed_charges": [{"amount": "0.50", "unit": "$/day"}],
        "min_charge": None,
        "unsupported": [],
        "metering": "none",
        **fields,
    }


def june(document: dict[str, Any], kw: str = "1", back_kw: str | None = None) -> RatingResult:
    registers = {} if back_kw is None else {"export": steady(back_kw, JUNE, "UTC", 60)}
    tariff = load_tariff(import_urdb(document).document)
    return bill(tariff, steady(kw, JUNE, "UTC", 60), JUNE, "UTC", **registers)  # type: ignore[arg-type]  # registers only


def test_both_shapes_are_known_and_ours_is_not_one() -> None:
    assert is_urdb(record())
    assert is_urdb(book())
    assert is_urdb({"items": [record()]})
    assert not is_urdb({"id": "x", "currency": "EUR", "charges": []})


def test_rate_and_adjustment_are_one_price() -> None:
    structure = [[{"rate": D("0.10"), "adj": D("-0.01")}]]

    assert D("64.80") == june(record(energyratestructure=structure)).total  # 720 kWh × 0.09


def test_a_float_of_json_is_read_by_its_shortest_text() -> None:
    assert D("72.00") == june(record(energyratestructure=[[{"rate": 0.1}]])).total


def test_an_answer_with_one_item_is_its_record() -> None:
    assert import_urdb({"items": [record()]}).document == import_urdb(record()).document
    with pytest.raises(InputError, match="one rate is needed"):
        import_urdb({"items": [record(), record()]})


def test_tiers_of_a_month_are_shared_by_its_periods() -> None:
    tiers = [{"rate": D("0.10"), "max": 360, "unit": "kWh"}, {"rate": D("0.20")}]
    dear = [{"rate": D("0.30"), "max": 360, "unit": "kWh"}, {"rate": D("0.40")}]

    found = june(record(energyratestructure=[tiers, dear], energyweekdayschedule=PEAK, energyweekendschedule=PEAK))

    assert [D(285), D(285), D(75), D(75)] == [line.quantity for line in found.lines]


def test_periods_with_bounds_of_their_own_have_ladders_of_their_own() -> None:
    tiers = [{"rate": D("0.10"), "max": 100}, {"rate": D("0.20")}]
    dear = [{"rate": D("0.30"), "max": 50}, {"rate": D("0.40")}]

    found = june(record(energyratestructure=[tiers, dear], energyweekdayschedule=PEAK, energyweekendschedule=PEAK))

    assert [D(100), D(470), D(50), D(100)] == [line.quantity for line in found.lines]


@pytest.mark.parametrize(
    ("unit", "bound"), [("kWh", "2"), ("kWh daily", "60"), ("kWh/kW", "4"), ("kWh/kW daily", "120")]
)
def test_bounds_are_for_a_month_a_day_or_a_kw(unit: str, bound: str) -> None:
    tiers = [{"rate": D("0.10"), "max": 2, "unit": unit}, {"rate": D("0.20"), "unit": unit}]

    found = june(record(energyratestructure=[tiers]), "2")

    assert D(bound) == found.lines[0].quantity


def test_fixed_and_minimum_charges_keep_their_units() -> None:
    found = june(
        record(fixedchargefirstmeter=D("0.5"), fixedchargeunits="$/day", mincharge=100, minchargeunits="$/month")
    )

    assert [("energy", D("72.00")), ("standing", D("15.00")), ("minimum", D("13.00"))] == [
        (line.charge, line.amount) for line in found.lines
    ]


def test_names_of_older_versions_are_read() -> None:
    found = june(record(fixedmonthlycharge=7, minmonthlycharge=100, approved=True, demandcomments="see sheet 3"))

    assert [D("72.00"), D("7.00"), D("21.00")] == [line.amount for line in found.lines]


def test_names_may_be_written_in_any_case_and_are_never_left_out() -> None:
    fields = {"fixedChargeFirstMeter": 7, "fixedChargeUnits": "$/month", "flatDemandStructure": [[{"rate": 5}]]}

    written = june(record(**fields))

    assert june(record(**{name.lower(): value for name, value in fields.items()})).total == written.total
    assert {"energy", "demand", "standing"} == {line.charge for line in written.lines}


def test_fuel_adjustments_are_a_charge_of_their_month() -> None:
    found = june(record(fueladjustmentsmonthly=[D("0.01") if month == 5 else 0 for month in range(12)]))

    assert [D("72.00"), D("7.20")] == [line.amount for line in found.lines]


def test_flat_demand_has_the_price_of_its_month() -> None:
    flat = [[{"rate": 5}], [{"rate": 9, "max": 2}, {"rate": 7}]]

    found = june(record(flatdemandstructure=flat, flatdemandmonths=[0] * 5 + [1] + [0] * 6), "3")

    assert [D(18), D(7)] == [line.amount for line in found.lines if line.charge == "demand"]


def test_a_look_back_is_a_ratchet() -> None:
    document = import_urdb(
        record(flatdemandstructure=[[{"rate": 5}]], lookbackpercent=D("0.8"), lookbackrange=6)
    ).document

    assert {"share": "0.8", "months": 6} == document["charges"][0]["ratchet"]


def test_demand_by_time_of_use_has_a_window_where_the_record_says_it() -> None:
    extra = {"demandratestructure": [[{"rate": 3}], [{"rate": 8}]], "demandwindow": 30}

    document = import_urdb(record(**extra, demandweekdayschedule=PEAK, demandweekendschedule=HOURS)).document

    assert 30 == document["charges"][0]["window_min"]


@pytest.mark.parametrize(
    ("rule", "total"),
    [
        pytest.param("Net Metering", "0.00", id="a surplus waits"),
        pytest.param("Net Billing Instantaneous", "-28.80", id="net export at the sell rate"),
        pytest.param("Net Billing Hourly", "0.00", id="credit waits"),
        pytest.param("Buy All Sell All", "43.20", id="72.00 bought, 28.80 sold"),
    ],
)
def test_export_is_priced_by_the_rule_of_the_record(rule: str, total: str) -> None:
    structure = [[{"rate": D("0.10"), "sell": D("0.04") if "Net" in rule else D("0.02")}]]

    assert D(total) == june(record(energyratestructure=structure, dgrules=rule), "1", "2").total


def test_a_record_without_a_rule_has_net_metering_and_says_so() -> None:
    imported = import_urdb(record())

    assert "netting" in imported.document["charges"][0]
    assert any("dgrules" in note for note in imported.notes)


def test_a_record_that_denies_net_metering_has_none() -> None:
    assert "netting" not in import_urdb(record(usenetmetering=False)).document["charges"][0]


def test_sell_rates_that_net_metering_does_not_use_are_said() -> None:
    structure = [[{"rate": D("0.10"), "sell": D("0.05")}]]

    notes = import_urdb(record(energyratestructure=structure, dgrules="Net Metering")).notes

    assert any("sell rates" in note for note in notes)


def test_a_record_without_a_sell_rate_does_not_price_export() -> None:
    imported = import_urdb(record(dgrules="Net Billing Instantaneous"))

    assert ["energy"] == [charge["kind"] for charge in imported.document["charges"]]
    assert any("export" in note for note in imported.notes)


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


def test_days_of_validity_are_kept_on_demand() -> None:
    assert "from" not in import_urdb(record(startdate=1388534400)).document
    assert "2014-01-01" == import_urdb(record(startdate=1388534400), dated=True).document["from"]
    assert "2015-06-30" == import_urdb(record(enddate="2015-06-30"), dated=True).document["until"]
    assert ("2026-06-01", "2026-11-01") == tuple(
        import_urdb(book(), dated=True).document[key] for key in ("from", "until")
    )


def test_the_ratebook_form_gives_the_same_prices() -> None:
    found = june(book())

    assert [D("79.20"), D("15.00")] == [line.amount for line in found.lines]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"unsupported": ["coincident"]}, "unsupported"),
        ({"surprise": 1}, "surprise"),
        ({"metering": "barter"}, "metering"),
        ({"fixed_charges": [{"amount": "1", "unit": "$/week"}]}, "fixed_charges[0].unit"),
        ({"min_charge": {"amount": "1", "unit": "$/week"}}, "min_charge.unit"),
        (
            {"schedule": {"weekday": HOURS, "weekend": HOURS, "holiday_policy": "as_christmas"}},
            "schedule.holiday_policy",
        ),
        ({"energy": {"periods": [{"tiers": [{"rate": "1", "extra": 1}]}]}}, "energy.periods[0].tiers[0].extra"),
    ],
)
def test_a_ratebook_record_that_cannot_be_priced_is_refused(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(InputError) as refused:
        import_urdb(book(**fields))

    assert path == refused.value.path


def test_named_holidays_are_priced_as_weekend_where_they_are_wanted() -> None:
    schedule = {
        "weekday": PEAK,
        "weekend": HOURS,
        "holiday_policy": "as_weekend",
        "holidays": ["independence_day"],
        "holiday_observance": "actual_day",
    }
    periods = [
        {"tiers": [{"rate": rate, "adj": "0", "max": None, "max_unit": "kWh", "sell": None}]}
        for rate in ("0.10", "1.00")
    ]
    document = book(schedule=schedule, energy={"periods": periods}, fixed_charges=[])
    day = Span(date(2025, 7, 4), date(2025, 7, 5))  # a Friday
    kept = load_tariff(import_urdb(document).document)
    plain = import_urdb(document, holidays=False)

    assert D("2.40") == bill(kept, steady("1", day, "UTC", 60), day, "UTC").total
    assert D("6.90") == bill(load_tariff(plain.document), steady("1", day, "UTC", 60), day, "UTC").total
    assert any("holidays" in note for note in plain.notes)


def test_every_stored_tariff_is_imported() -> None:
    found = sorted(need_shared("groundtruth", "tariffs").glob("*.json"))

    for path in found:
        load_tariff(import_urdb(json.loads(path.read_text(), parse_float=D), dated=True).document)
    assert 68 == len(found)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        pytest.param(
            {"schedule": {"weekday": HOURS, "weekend": HOURS, "saturday": HOURS}}, "schedule.saturday", id="a third day"
        ),
        pytest.param(
            {"fixed_charges": [{"amount": "1", "unit": "$/day", "per_meter": "2"}]},
            "fixed_charges[0].per_meter",
            id="a price of each meter",
        ),
        pytest.param(
            {"min_charge": {"amount": "1", "unit": "$/day", "per_kw": "2"}}, "min_charge.per_kw", id="a minimum per kW"
        ),
        pytest.param(
            {"energy": {"periods": [{"tiers": [{"rate": "0.1"}], "surcharge": "0.1"}]}},
            "energy.periods[0].surcharge",
            id="a surcharge of a period",
        ),
    ],
)
def test_a_part_of_a_ratebook_record_that_is_not_known_is_never_left_out(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(InputError, match="not a part of a ratebook record") as refused:
        import_urdb(book(**fields))
    assert ("unsupported", path) == (refused.value.code, refused.value.path)
