"""What cannot be priced is refused with its place in the document."""

from decimal import Decimal
from typing import Any

import pytest

from cloud_service.domain.tariffs.tariff import load_tariff
from common.errors import InputError
from tests.cloud_service.domain.builders import PEAK, energy, make_document, make_tariff

BLOCKS = [{"up_to": "10", "price": "1"}, {"price": "2"}]


def gas(*factors: dict[str, Any], register: str = "gas") -> dict[str, Any]:
    """A document that prices gas by its energy."""
    return make_document(
        energy(price="1", register="kwh"), quantities={"kwh": {"register": register, "factors": list(factors)}}
    )


@pytest.mark.parametrize(
    ("document", "path"),
    [
        pytest.param({"currency": "EUR", "charges": [energy()]}, "$", id="no id"),
        pytest.param(make_document(), "charges", id="no charge"),
        pytest.param(make_document(energy(), currency="eur"), "currency", id="no currency code"),
        pytest.param(make_document(energy(), colour="red"), "$", id="a field that is none"),
        pytest.param(make_document({"kind": "magic"}), "charges[0].kind", id="a kind that is none"),
        pytest.param(make_document(energy(price=0.25)), "charges[0].price", id="a float"),
        pytest.param(make_document(energy(price="a lot")), "charges[0].price", id="a price that is none"),
        pytest.param(make_document(energy(price=Decimal("NaN"))), "charges[0].price", id="not a number"),
        pytest.param(make_document(energy(price="1", blocks=BLOCKS)), "charges[0]", id="two prices"),
        pytest.param(make_document({"kind": "energy"}), "charges[0]", id="no price"),
        pytest.param(make_document(energy(price="1", tarif="x")), "charges[0]", id="a field of a charge that is none"),
        pytest.param(
            make_document(energy(price="1", register="steam")), "charges[0].register", id="a register without a unit"
        ),
        pytest.param(
            make_document(energy(prices={"peak": "1"})), "charges[0].schedule", id="periods without a schedule"
        ),
        pytest.param(
            make_document(energy(prices={"peak": "1"}), schedules={"day": PEAK}),
            "charges[0].prices",
            id="a period without a price",
        ),
        pytest.param(
            make_document(energy(prices={"peak": "1", "off_peak": "1", "noon": "1"}), schedules={"day": PEAK}),
            "charges[0].prices.noon",
            id="a price without a period",
        ),
        pytest.param(
            make_document(energy(blocks=BLOCKS[:1])), "charges[0].blocks[0].up_to", id="no price above the last bound"
        ),
        pytest.param(make_document(energy(), rounding={"cash": "0.025"}), "rounding.cash", id="a coin of half a cent"),
        pytest.param(
            make_document(
                {"kind": "demand", "price": "1"},
                {"kind": "demand", "register": "reactive_import", "unit": "kvar", "price": "1"},
                energy(demand="demand", blocks=[{"up_to": "9", "per_kw": True, "price": "1"}, {"price": "2"}]),
            ),
            "charges[2].demand",
            id="kWh for each kW of one demand or kvar of another",
        ),
        pytest.param(
            make_document(
                energy(prices={"a": "1", "b": "2"}),
                schedules={
                    "day": {
                        "seasons": {"never": {"from": "04-01", "until": "04-01"}},
                        "periods": [{"name": "a", "seasons": ["never"], "hours": ["00:00-12:00"]}, {"name": "b"}],
                    }
                },
            ),
            "schedules.day.seasons.never.until",
            id="a season of no day, or of all",
        ),
        pytest.param(
            make_document({"kind": "demand", "price": "1", "ratchet": {"share": "0.8", "only_months": [13]}}),
            "charges[0].ratchet.only_months[0]",
            id="a thirteenth month",
        ),
        pytest.param(
            make_document(energy(), {"kind": "power_factor", "bands": [{"below": "90", "percent": "1"}]}),
            "charges[1].bands[0].below",
            id="a power factor in percent",
        ),
        pytest.param(
            make_document({"kind": "reactive", "register": "water", "price": "1", "free_share": "0.5"}),
            "charges[0].register",
            id="reactive water",
        ),
        pytest.param(
            make_document(
                energy(), {"kind": "power_factor", "reactive": "export", "bands": [{"below": "0.9", "percent": "1"}]}
            ),
            "charges[1].reactive",
            id="active for reactive energy",
        ),
        pytest.param(
            make_document(energy(), taxes=[{"name": "vat", "percent": "-19"}]), "taxes[0]", id="a tax that is given"
        ),
        pytest.param(
            make_document({"kind": "demand", "blocks": [{"up_to": "2", "per_kw": True, "price": "1"}, {"price": "2"}]}),
            "charges[0].blocks[0].per_kw",
            id="kW for each kW",
        ),
        pytest.param(
            make_document(energy(price="1", netting={"cash_price": "0.05"})),
            "charges[0].netting.cash_price",
            id="a price of a surplus that never ends",
        ),
        pytest.param(
            make_document(energy(price="1", netting={"surplus": "lose", "expires": 3, "cash_price": "0.05"})),
            "charges[0].netting.expires",
            id="the end of a surplus that is not kept",
        ),
        pytest.param(
            make_document(energy(), {"kind": "export", "price": "1", "carry": {"ends": "pay"}}),
            "charges[1].carry.ends",
            id="a payment of credit that never ends",
        ),
        pytest.param(
            make_document({"kind": "standing", "amount": "1", "per": "span", "prorate": "none"}),
            "charges[0].prorate",
            id="a bill is shared by days",
        ),
        pytest.param(
            make_document(energy(), {"kind": "minimum", "amount": "1", "per": "year", "prorate": "30_day_months"}),
            "charges[1].prorate",
            id="a year has no rule for its months",
        ),
        pytest.param(
            make_document(energy(blocks=BLOCKS, blocks_over="total")),
            "charges[0].blocks_over",
            id="blocks_over without periods",
        ),
        pytest.param(
            make_document(energy(price="1", **{"from": "2026-02-01", "until": "2026-02-01"})),
            "charges[0].until",
            id="no day of validity",
        ),
        pytest.param(
            make_document(energy(), **{"from": "2026-02-01", "until": "2026-01-01"}),
            "until",
            id="a version without a day",
        ),
        pytest.param(make_document(energy(price="1", tax="vat")), "charges[0].tax", id="an unknown tax"),
        pytest.param(make_document({"kind": "demand"}), "charges[0]", id="a demand without a price"),
        pytest.param(
            make_document({"kind": "demand", "price": "1", "window_min": 7}),
            "charges[0].window_min",
            id="a window of 7 minutes",
        ),
        pytest.param(
            make_document({"kind": "demand", "price": "1", "ratchet": {}}),
            "charges[0].ratchet",
            id="a ratchet without a share",
        ),
        pytest.param(
            make_document({"kind": "demand", "price": "1", "ratchet": {"shares": ["1"]}}),
            "charges[0].ratchet.shares",
            id="one share of twelve",
        ),
        pytest.param(
            make_document({"kind": "demand", "price": "1", "minimum_kw": "-1"}),
            "charges[0].minimum_kw",
            id="a demand below 0",
        ),
        pytest.param(make_document({"kind": "standing", "amount": "1", "per": "week"}), "charges[0].per", id="a week"),
        pytest.param(
            make_document({"kind": "standing", "amount": "1", "per": "day", "prorate": "none"}),
            "charges[0].prorate",
            id="days that are not counted",
        ),
        pytest.param(make_document({"kind": "minimum", "amount": "-1"}), "charges[0].amount", id="a minimum below 0"),
        pytest.param(
            make_document({"kind": "percentage", "percent": "1", "of": ["energy"]}),
            "charges[0].of",
            id="percent of what comes later",
        ),
        pytest.param(
            make_document(energy(), {"kind": "percentage", "percent": "1", "of": []}),
            "charges[1].of",
            id="percent of nothing",
        ),
        pytest.param(
            make_document(
                {"kind": "power_factor", "bands": [{"below": "0.8", "percent": "1"}, {"below": "0.9", "percent": "1"}]}
            ),
            "charges[0].bands[1].below",
            id="bands that rise",
        ),
        pytest.param(
            make_document({"kind": "spot", "series": "x", "per": "0"}), "charges[0].per", id="a price per 0 units"
        ),
        pytest.param(make_document({"kind": "spot", "series": "x", "sign": 0}), "charges[0].sign", id="no direction"),
        pytest.param(
            make_document({"kind": "reactive", "price": "1", "free_share": "-1"}),
            "charges[0].free_share",
            id="a free share below 0",
        ),
        pytest.param(
            make_document({"kind": "capacity", "price": "1", "window_min": 1}),
            "charges[0].window_min",
            id="a window of a minute",
        ),
        pytest.param(
            make_document(energy(price="1", netting={"against": "water"})),
            "charges[0].netting.against",
            id="kWh less m3",
        ),
        pytest.param(
            make_document(energy(price="1", netting={"expires": 13})),
            "charges[0].netting.expires",
            id="a thirteenth month",
        ),
        pytest.param(make_document(energy(), taxes=[{"name": "vat"}]), "taxes[0]", id="a tax without a rate"),
        pytest.param(
            make_document(energy(), taxes=[{"name": "vat", "percent": "19", "category": "AE"}]),
            "taxes[0]",
            id="reverse charge of 19 %",
        ),
        pytest.param(
            make_document(energy(), taxes=[{"name": "a", "percent": "1"}, {"name": "a", "percent": "2"}]),
            "taxes[1].name",
            id="a tax twice",
        ),
        pytest.param(
            make_document(energy(), taxes=[{"name": "a", "percent": "1", "also_on": ["b"]}]),
            "taxes[0].also_on",
            id="tax on a tax that is none",
        ),
        pytest.param(
            make_document(energy(), taxes=[{"name": "a", "percent": "1", "on": ["enrgy"]}]),
            "taxes[0].on",
            id="a tax on a charge that is none",
        ),
        pytest.param(
            make_document(
                energy(tax="low", price="1"),
                taxes=[{"name": "low", "percent": "5"}, {"name": "levy", "percent": "1", "on": ["energy"]}],
            ),
            "taxes[1].on",
            id="a tax on a charge that names another",
        ),
        pytest.param(
            make_document(energy(), taxes=[{"name": "a", "percent": "1", "default": False}]),
            "taxes[0].name",
            id="a tax that no charge has",
        ),
        pytest.param(
            make_document(
                energy(), taxes=[{"name": "a", "rates": [{"percent": "1"}, {"percent": "2", "from": "2026-01-01"}]}]
            ),
            "taxes[0].rates[1].from",
            id="two rates on one day",
        ),
        pytest.param(make_document(energy(price="NaN")), "charges[0].price", id="a price that is no number"),
        pytest.param(make_document(energy(price="Infinity")), "charges[0].price", id="a price without end"),
        pytest.param(make_document(energy(price="1_000")), "charges[0].price", id="digits in groups"),
        pytest.param(make_document(energy(price="1e99")), "charges[0].price", id="more money than there is"),
        pytest.param(
            make_document(energy(), taxes=[{"name": "a", "rates": [{"percent": "NaN"}]}]),
            "taxes[0].rates[0].percent",
            id="a rate that is no number",
        ),
        pytest.param(
            gas({"calorific_value": "36"}, {"calorific_value": "39", "from": "2026-01-01"}),
            "quantities.kwh.factors[1].from",
            id="two factors on one day",
        ),
        pytest.param(
            gas({"calorific_value": "36", "from": "2026-01-02", "until": "2026-01-01"}),
            "quantities.kwh.factors[0].until",
            id="a factor that ends before it begins",
        ),
        pytest.param(gas({"calorific_value": "0"}), "quantities.kwh.factors[0].calorific_value", id="gas of no energy"),
        pytest.param(
            gas({"calorific_value": "36", "divisor": "0"}), "quantities.kwh.factors[0].divisor", id="divided by 0"
        ),
        pytest.param(
            gas({"calorific_value": "36"}, register="kwh"), "quantities.kwh.register", id="a quantity made of itself"
        ),
        pytest.param(
            make_document({"kind": "demand", "price": "1", "unit": "kVA"}), "charges[0].unit", id="kVA made of kWh"
        ),
        pytest.param(
            make_document({"kind": "demand", "price": "1", "register": "water"}), "charges[0].unit", id="kW of water"
        ),
        pytest.param(
            make_document({"kind": "capacity", "price": "1", "unit": "kVA"}),
            "charges[0].unit",
            id="contracted kVA of kWh",
        ),
        pytest.param(make_document(energy(), rounding={"cash": "0"}), "rounding.cash", id="a coin of 0"),
    ],
)
def test_what_cannot_be_priced_is_refused_with_its_place(document: dict[str, Any], path: str) -> None:
    with pytest.raises(InputError) as refused:
        load_tariff(document)

    assert path == refused.value.path
    assert refused.value.message


@pytest.mark.parametrize(
    "charge",
    [
        pytest.param({"kind": "demand", "price": "1"}, id="demand"),
        pytest.param({"kind": "capacity", "price": "1"}, id="capacity"),
        pytest.param({"kind": "spot", "series": "x"}, id="spot"),
        pytest.param(
            {"kind": "energy", "blocks": [{"up_to": "1", "per_kw": True, "price": "1"}, {"price": "2"}]}, id="per kW"
        ),
        pytest.param(
            {"kind": "energy", "blocks_over": "time", "period_blocks": {"peak": BLOCKS, "off_peak": BLOCKS}},
            id="order of time",
        ),
    ],
)
def test_steps_of_a_converted_quantity_are_not_priced(charge: dict[str, Any]) -> None:
    """They are cubic metres, and the price is for kilowatt hours."""
    quantities = {"gas_kwh": {"register": "gas", "factors": [{"calorific_value": "39"}]}}

    with pytest.raises(InputError, match="converted quantity") as refused:
        make_tariff({**charge, "register": "gas_kwh"}, quantities=quantities, schedules={"day": PEAK})
    assert "charges[0].register" == refused.value.path


def test_two_charges_may_not_keep_their_history_under_one_name() -> None:
    demand = {"kind": "demand", "price": "1", "ratchet": {"share": "0.8"}}

    with pytest.raises(InputError, match="keep their history"):
        make_tariff(demand, demand)
    make_tariff(demand, {**demand, "id": "second"})
    make_tariff({**demand, "until": "2026-01-01"}, {**demand, "from": "2026-01-01"})
