"""Bills that utilities and regulators published as worked examples: every total to the cent, every line they print."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cloud_service.domain.pricing.priced_lines import RatingResult
from cloud_service.domain.pricing.usage import Total, Usage
from cloud_service.domain.rating.engine import rate
from cloud_service.domain.tariffs.tariff import load_tariff
from common.period import Span
from tests.shared import SHARED, need_shared

# Some of the published bills typed anew, so that they are asked where the file of all is not. Facts of public pages.
TYPED: dict[str, dict[str, Any]] = {
    "seymour-winter-1200": {  # cityofseymour.org/departments/utilities/residential-electricity/bill-comparison/
        "usage": {"kwh": 1200},
        "tariff": {
            "blocks": [[250, "0.064"], [450, "0.049"], [None, "0.0446"]],
            "flat": "0.085", "fixed": "7.50", "tax_pct": "1",
        },
        "lines": {"subtotal": "169.85", "tax": "1.70"},
        "total": "171.55",
    },
    "pseg-gs-30kw": {  # Turner, Energy Management Handbook, chapter 18
        "usage": {"kwh": 17588, "kw": 30},
        "rates": {"energy": "0.09444", "eca": "-0.017192"},
        "lines": {"customer": "3.74", "demand": "262.34"},
        "total": "1624.72",
    },
    "hdwd-water-8units": {  # hdwd.com/314/Water-Rates
        "usage": {"units": 8},
        "tariff": {"blocks": [[4, "3.65"], [None, "6.17"]], "fixed": "20.75"},
        "total": "60.03",
    },
    "movein-proration": {  # current.helpscoutdocs.com/article/145-why-is-my-bill-transaction-prorated
        "usage": {"days": 19, "period_days": 30, "monthly": "30"},
        "total": "19.00",
    },
    "tnb-pf-0.80": {"usage": {"bill": "2000", "pf": "0.80"}, "total": "150.00"},  # Tenaga Nasional Berhad
    "shell-uk-gas-2m3": {  # help.shellenergy.co.uk, How do you calculate my gas usage
        "usage": {"m3": "2", "cf": "1.02264", "cv": "39.3"},
        "lines": {"kwh": "22"},
        "total": None,
    },
}  # fmt: skip
FILE = SHARED / "groundtruth" / "worked_bills.json"
PUBLISHED: dict[str, dict[str, Any]] = (
    {bill["id"]: bill for bill in json.loads(FILE.read_text())} if FILE.exists() else {}
)
BILLS = TYPED | PUBLISHED
MONTH = Span(date(2026, 4, 1), date(2026, 5, 1))
D = Decimal


def bill_named(name: str) -> dict[str, Any]:
    """The published facts of a bill, or a skip that says where they are kept."""
    if name not in BILLS:
        need_shared("groundtruth", "worked_bills.json")
    return BILLS[name]


def total(units: str | int, span: Span = MONTH) -> Total:
    return Total(int(D(units) * 1000), span.start, span.end)


def blocks(sizes: list[list[Any]]) -> list[dict[str, Any]]:
    """The published block sizes as bounds; the last block is open, whatever its size."""
    bounded, bound = [], D(0)
    for size, price in sizes[:-1]:
        bound += size
        bounded.append({"up_to": str(bound), "price": price})
    return [*bounded, {"price": sizes[-1][1]}]


def bill(charges: list[dict[str, Any]], used: dict[str, Total], span: Span = MONTH, **rest: Any) -> RatingResult:
    values = rest.pop("values", {})
    tariff = load_tariff({"id": "published", "currency": "USD", "charges": charges, **rest})
    return rate(tariff, Usage(used, values=values), span, "UTC")


def standing(amount: str, label: str = "") -> dict[str, Any]:
    return {"kind": "standing", "label": label, "amount": amount, "per": "span"}


def units_in_blocks(case: dict[str, Any], unit: str = "units") -> RatingResult:
    """A bill of one register with blocks and, where there is one, a fixed charge."""
    charges: list[dict[str, Any]] = [
        {"kind": "energy", "register": "units", "blocks": blocks(case["tariff"]["blocks"])}
    ]
    if "fixed" in case["tariff"]:
        charges.append(standing(case["tariff"]["fixed"]))
    return bill(charges, {"units": total(case["usage"][unit])}, registers={"units": {"unit": unit}})


def seymour(case: dict[str, Any]) -> RatingResult:
    given = case["tariff"]
    charges = [
        {"kind": "energy", "id": "energy", "blocks": blocks(given["blocks"])},
        {"kind": "energy", "id": "power-cost", "price": given["flat"]},
        standing(given["fixed"]),
    ]
    tax = {"name": "sales tax", "percent": given["tax_pct"]}
    return bill(charges, {"import": total(case["usage"]["kwh"])}, taxes=[tax])


def henrico(case: dict[str, Any]) -> RatingResult:
    charges = [
        {"kind": "energy", "id": "water", "register": "water", "price": case["rates"]["water"]},
        standing(case["lines"]["water_service"]),
        {"kind": "energy", "id": "sewer", "register": "sewer", "price": case["rates"]["sewer"]},
        standing(case["lines"]["sewer_service"]),
    ]
    used = total(case["usage"]["ccf"])
    ccf = {"water": {"unit": "ccf", "utility": "water"}, "sewer": {"unit": "ccf", "utility": "sewer"}}
    return bill(charges, {"water": used, "sewer": used}, registers=ccf)


def oakley(case: dict[str, Any]) -> RatingResult:
    ladder = [
        {"up_to": "5000", "fixed": "27"},
        {"up_to": "15000", "price": "0.002"},
        {"price": "0.0011"},
    ]
    charge = {"kind": "energy", "register": "sewer", "blocks": ladder}
    return bill(
        [charge], {"sewer": total(case["usage"]["gal"])}, registers={"sewer": {"unit": "gal", "utility": "sewer"}}
    )


def pseg(case: dict[str, Any]) -> RatingResult:
    charges = [
        standing(case["lines"]["customer"]),
        {"kind": "energy", "id": "energy", "price": case["rates"]["energy"]},
        {"kind": "energy", "id": "eca", "price": case["rates"]["eca"]},
        # the page prints the demand line, not its price
        {"kind": "demand", "register": "peak", "blocks": [{"fixed": case["lines"]["demand"]}]},
    ]
    registers = {"import": total(case["usage"]["kwh"]), "peak": total(case["usage"]["kw"])}
    return bill(charges, registers, registers={"peak": {"unit": "kW"}})


def power_factor(case: dict[str, Any]) -> RatingResult:
    bands = [{"below": "0.85", "percent": "1.5"}, {"below": "0.75", "percent": "3"}]
    charges = [standing(case["usage"]["bill"]), {"kind": "power_factor", "bands": bands, "of": ["standing"]}]
    return bill(charges, {}, values={"power_factor": D(case["usage"]["pf"])})


def moved_in(case: dict[str, Any]) -> RatingResult:
    span = Span(date(2026, 4, 12), date(2026, 5, 1))
    assert case["usage"]["days"] == span.days
    return bill([{"kind": "standing", "amount": case["usage"]["monthly"], "per": "month"}], {}, span)


def openmeter(case: dict[str, Any]) -> RatingResult:
    ladder = [
        {"up_to": "5", "fixed": "100"},
        {"up_to": "10", "fixed": "50"},
        {"up_to": "15", "price": "5"},
        {"price": "1"},
    ]
    charge = {"kind": "energy", "register": "units", "blocks": ladder}
    return bill([charge], {"units": total(case["usage"]["units"])}, registers={"units": {"unit": "unit"}})


def lines_of(rated: RatingResult) -> list[Decimal]:
    return [line.amount for line in rated.lines]


# id: (how to bill it, the printed lines in the order of ours)
WORKED = {
    "seymour-winter-1200": (seymour, ["16.00", "22.05", "22.30", "102.00", "7.50"]),
    "henrico-water-sewer-20ccf": (henrico, ["71.80", "15.65", "76.20", "31.55"]),
    "oakley-sewer-16000gal": (oakley, ["27.00", "20.00", "1.10"]),
    "pseg-gs-30kw": (pseg, ["3.74", "1661.01", "-302.37", "262.34"]),
    "tnb-350kwh": (lambda case: units_in_blocks(case, "kwh"), ["43.60", "33.40", "25.80"]),
    "movein-proration": (moved_in, ["19.00"]),
    "hdwd-water-8units": (units_in_blocks, ["14.60", "24.68", "20.75"]),
    "autumn-graduated": (units_in_blocks, ["10.00", "72.00", "25.00"]),
    "zuplo-graduated": (units_in_blocks, ["100.00", "450.00", "50.00"]),
    "oracle-tiered-76": (units_in_blocks, ["29.00", "90.00", "6.00"]),
    "openmeter-graduated-22": (openmeter, ["100.00", "50.00", "25.00", "7.00"]),
}
PENALTIES = ("tnb-pf-0.80", "tnb-pf-0.60")
WITHOUT_TOTAL = ("shell-uk-gas-2m3", "bulb-gas-46", "gutefrage-heat-share", "lago-graduated-spec-10")


def test_every_published_bill_is_used() -> None:
    need_shared("groundtruth", "worked_bills.json")

    assert set(PUBLISHED) == {*WORKED, *PENALTIES, *WITHOUT_TOTAL}
    assert {name for name, case in PUBLISHED.items() if case["total"] is None} == set(WITHOUT_TOTAL)


def within(typed: Any, published: Any) -> bool:
    """Whether the typed facts are among the published ones."""
    if isinstance(typed, dict):
        return all(name in published and within(value, published[name]) for name, value in typed.items())
    return bool(typed == published)


def test_the_typed_facts_are_the_published_ones() -> None:
    need_shared("groundtruth", "worked_bills.json")

    assert [] == [name for name, case in TYPED.items() if not within(case, PUBLISHED[name])]


@pytest.mark.parametrize("name", WORKED)
def test_the_total_is_the_published_one(name: str) -> None:
    how, lines = WORKED[name]

    rated = how(bill_named(name))

    assert D(bill_named(name)["total"]) == rated.total
    assert [D(line) for line in lines] == lines_of(rated)


def test_the_sales_tax_is_the_published_one() -> None:
    case = bill_named("seymour-winter-1200")

    rated = seymour(case)

    assert (D(case["lines"]["subtotal"]), D(case["lines"]["tax"])) == (rated.net, rated.tax)


@pytest.mark.parametrize("name", PENALTIES)
def test_the_power_factor_penalty_is_the_published_one(name: str) -> None:

    penalty = next(line for line in power_factor(bill_named(name)).lines if line.charge == "power_factor")

    assert D(bill_named(name)["total"]) == penalty.amount


@pytest.mark.parametrize(("name", "decimals"), [("shell-uk-gas-2m3", 0), ("bulb-gas-46", 1)])
def test_gas_volume_becomes_the_published_energy(name: str, decimals: int) -> None:
    usage = bill_named(name)["usage"]
    quantities = {
        "gas_kwh": {
            "register": "gas",
            "decimals": decimals,
            "factors": [{"correction": usage["cf"], "calorific_value": usage["cv"]}],
        }
    }

    rated = bill(
        [{"kind": "energy", "register": "gas_kwh", "price": "0.0235"}],
        {"gas": total(usage["m3"])},
        quantities=quantities,
    )

    # the second page prints 513.5; the second decimal of the record comes from a rounded correction factor
    assert round(D(bill_named(name)["lines"]["kwh"]), decimals) == rated.lines[0].quantity


def test_an_unrounded_calorific_value_of_the_period_gives_the_bill_that_was_sent() -> None:
    """The page's own note: 46 units at about 39.56 MJ are 517 kWh, which at 2.35 p cost 12.16."""
    quantities = {"gas_kwh": {"register": "gas", "factors": [{"correction": "1.02264", "calorific_value": "39.60"}]}}

    charge = {"kind": "energy", "register": "gas_kwh", "price": "0.0235"}

    rated = bill([charge], {"gas": total(46)}, quantities=quantities)

    assert D("12.16") == rated.total
