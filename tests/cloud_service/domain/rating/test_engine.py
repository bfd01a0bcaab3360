"""The engine: versions that change inside a span, what is missing is refused, every line explains itself."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from cloud_service.domain.pricing.record_json import to_json
from cloud_service.domain.pricing.usage import History, Intervals, Total, Usage, UsageBatch
from cloud_service.domain.rating.engine import rate_batch
from cloud_service.domain.rating.rated_contract import rating_of
from cloud_service.domain.tariffs.tariff import join_versions
from common.errors import InputError
from common.period import Span
from tests.cloud_service.domain.builders import (
    BERLIN,
    JANUARY,
    MARCH,
    PEAK,
    amounts,
    bill,
    energy,
    make_tariff,
    noise,
    steady,
    total,
)

D = Decimal


def two_versions(*old: dict[str, Any], new: tuple[dict[str, Any], ...], change: str = "2026-03-11") -> Any:
    return join_versions([make_tariff(*old, until=change), make_tariff(*new, **{"from": change})])


def test_a_change_splits_interval_readings_exactly() -> None:
    tariff = two_versions(energy(price="0.20"), new=(energy(price="0.30"),))

    rating = bill(tariff, steady())

    assert ["48.00", "150.90"] == amounts(rating)  # 10 days × 24 h, then 503 h with the hour that was skipped
    assert [(date(2026, 3, 1), date(2026, 3, 11)), (date(2026, 3, 11), date(2026, 4, 1))] == [
        (line.span.start, line.span.end) for line in rating.lines
    ]


def test_a_change_splits_a_total_by_days() -> None:
    tariff = two_versions(energy(price="0.20"), new=(energy(price="0.30"),))

    rating = bill(tariff, total("310"))

    assert [D(100), D(210)] == [line.quantity for line in rating.lines]


def test_a_total_that_is_not_split_has_the_price_of_its_first_day() -> None:
    blocks = [{"up_to": "300", "price": "0.20"}, {"price": "0.25"}]
    dearer = [{"up_to": "300", "price": "0.30"}, {"price": "0.35"}]
    tariff = two_versions(energy(blocks=blocks, prorate="none"), new=(energy(blocks=dearer, prorate="none"),))

    rating = bill(tariff, total("310"))

    assert [D(300), D(10), D(0)] == [line.quantity for line in rating.lines]
    assert D("62.50") == rating.net


@pytest.mark.parametrize(
    "charge",
    [
        pytest.param(energy(blocks=[{"up_to": "9", "price": "1"}, {"price": "2"}], prorate="none"), id="an allowance"),
        pytest.param({"kind": "demand", "price": "1", "prorate": "none"}, id="a demand"),
        pytest.param({"kind": "capacity", "price": "1", "contracted_kw": "5", "prorate": "none"}, id="a capacity"),
    ],
)
def test_a_month_that_is_not_prorated_cannot_be_cut(charge: dict[str, Any]) -> None:
    other = {**charge, "label": "from the change on"}

    with pytest.raises(InputError, match="not prorated") as refused:
        bill(two_versions(charge, new=(other,)), steady())
    assert ("charges[0].prorate", "not_prorated") == (refused.value.path, refused.value.code)
    march_and_april = Span(date(2026, 3, 1), date(2026, 5, 1))
    assert bill(
        two_versions(charge, new=(other,), change="2026-04-01"), steady("1", march_and_april), march_and_april
    ).lines


def test_a_total_of_more_days_than_the_bill_cannot_stay_whole() -> None:
    wide = Total(310_000, date(2026, 2, 1), date(2026, 4, 1))

    with pytest.raises(InputError, match="not to be split"):
        bill(make_tariff(energy(price="1", prorate="none")), wide)
    assert D(310) * 31 / 59 == pytest.approx(bill(make_tariff(energy(price="1")), wide).net, abs=D("0.01"))


def test_a_season_inside_a_month_that_is_not_prorated_is_refused() -> None:
    schedule = {
        "seasons": {"summer": {"from": "03-11", "until": "10-01"}},
        "periods": [{"name": "summer", "seasons": ["summer"]}, {"name": "winter"}],
    }
    ladder = [{"up_to": "9", "price": "1"}, {"price": "2"}]
    charge = energy(period_blocks={"summer": ladder, "winter": ladder}, prorate="none")

    with pytest.raises(InputError, match="starts inside the bill"):
        bill(make_tariff(charge, schedules={"s": schedule}), steady())


def test_a_charge_that_stays_the_same_stays_one_line() -> None:
    standing = {"kind": "standing", "amount": "10", "per": "month"}
    tariff = two_versions(energy(price="0.20"), standing, new=(energy(price="0.30"), standing))

    rating = bill(tariff, steady())

    assert ["48.00", "150.90", "10.00"] == amounts(rating)
    assert rating.lines[2].span == MARCH
    assert "unchanged in" in rating.lines[2].why


def test_blocks_are_prorated_on_both_sides_of_a_change() -> None:
    blocks = [{"up_to": "310", "price": "0.10"}, {"price": "0.20"}]
    dearer = [{"up_to": "310", "price": "0.11"}, {"price": "0.21"}]
    tariff = two_versions(energy(blocks=blocks), new=(energy(blocks=dearer),))

    rating = bill(tariff, steady())

    assert [D(100), D(140), D(210), D(293)] == [line.quantity for line in rating.lines]


def test_a_percentage_that_changes_cuts_the_lines_it_is_of() -> None:
    def percent(value: str) -> dict[str, Any]:
        return {"kind": "percentage", "percent": value, "of": ["energy"]}

    tariff = two_versions(energy(price="0.20"), percent("10"), new=(energy(price="0.20"), percent("20")))

    rating = bill(tariff, steady())

    assert ["48.00", "100.60", "4.80", "20.12"] == amounts(rating)


def test_a_day_without_a_version_is_refused() -> None:
    with pytest.raises(InputError, match="valid on 2026-03-21"):
        bill(make_tariff(energy(), until="2026-03-21"), steady())
    with pytest.raises(InputError, match="valid on 2026-03-01"):
        bill(make_tariff(energy(), **{"from": "2026-03-02"}), steady())


def test_a_register_that_is_missing_is_refused_and_never_zero() -> None:
    with pytest.raises(InputError, match="register 'water'") as refused:
        bill(make_tariff(energy(register="water", price="1")), steady())

    assert ("charges[0].register", "missing_register") == (refused.value.path, refused.value.code)


@pytest.mark.parametrize("missing", [1, -1])
def test_a_span_with_a_step_too_few_or_too_many_is_refused(missing: int) -> None:
    values = steady().values
    wrong = Intervals(values[:-1] if missing > 0 else np.append(values, 0), 900)

    with pytest.raises(InputError, match="2972 steps"):
        bill(make_tariff(energy()), wrong)


def test_a_total_of_other_days_is_refused() -> None:
    with pytest.raises(InputError, match="the span is"):
        bill(make_tariff(energy()), Total(1000, date(2026, 3, 2), date(2026, 4, 1)))


def test_floats_are_refused_at_the_door() -> None:
    with pytest.raises(InputError, match="int64"):
        Intervals(np.zeros(10), 900)  # type: ignore[arg-type]  # the point of the test
    with pytest.raises(InputError):
        Total(1.5, date(2026, 1, 1), date(2026, 2, 1))  # type: ignore[arg-type]  # the point of the test


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(InputError, match="not an IANA time zone"):
        bill(make_tariff(energy()), steady(), zone_name="Europe/Atlantis")


def test_a_line_explains_itself() -> None:
    tariff = make_tariff(
        energy(blocks=[{"up_to": "250", "price": "0.064"}, {"price": "0.049"}]), **{"from": "2026-01-01"}
    )

    line = bill(tariff, steady()).lines[1]

    for text in (
        "graduated, block 2 of 2, from 250 kWh",
        "register import: sum of 2972 intervals of 15 min, 2026-03-01 to 2026-04-01 (end exclusive)",
        "493 kWh × 0.049 = 24.157",
        f"tariff tariff valid from 2026-01-01 until further notice, version {tariff.hash[:12]}",
    ):
        assert text in line.why
    assert "charges[0].blocks[1]" == line.path


def test_bills_are_json_without_exponents() -> None:
    tariff = make_tariff(energy(price="0.0000001"), taxes=[{"name": "vat", "percent": "19"}])

    document = to_json(rating_of(bill(tariff, steady()), tariff))

    assert "E-" not in json.dumps(document)
    assert "0.0000001" == document["lines"][0]["price"]
    assert 743_000 == document["energy"]


def test_a_batch_is_rated_like_its_connections_one_by_one() -> None:
    tariff = make_tariff(
        energy(
            period_blocks={"peak": [{"up_to": "20", "price": "0.4"}, {"price": "0.5"}], "off_peak": [{"price": "0.2"}]},
            blocks_over="period",
        ),
        {"kind": "demand", "price": "3", "window_min": 30, "ratchet": {"share": "0.9"}},
        {"kind": "minimum", "amount": "900"},
        schedules={"day": PEAK},
        taxes=[{"name": "vat", "percent": "19"}],
    )
    before = History(peaks={"demand": ((date(2026, 1, 1), D(30)),)})
    usages = [Usage({"import": noise(seed)}, before if seed % 2 else History()) for seed in range(7)]

    batch = rate_batch(tariff, usages, MARCH, BERLIN)

    for usage, rating in zip(usages, batch, strict=True):
        alone = rate_batch(tariff, [usage], MARCH, BERLIN)[0]
        assert to_json(rating_of(alone, tariff)) == to_json(rating_of(rating, tariff))


def test_finer_readings_than_thousandths_keep_their_digits() -> None:
    exact = Intervals(np.full(24, 123_456_789, dtype=np.int64), 3600, 9)

    rating = bill(make_tariff(energy(price="1")), exact, Span(date(2026, 1, 1), date(2026, 1, 2)), "UTC")

    assert D("2.962962936") == rating.total_unrounded


def test_an_amount_of_nothing_is_written_without_a_sign() -> None:
    offer = {"kind": "percentage", "percent": "-10", "of": ["*"]}

    tariff = make_tariff(energy(price="-0.0001"), offer, taxes=[{"name": "vat", "percent": "19"}])

    document = to_json(rating_of(bill(tariff, total("1")), tariff))

    assert ["0.00", "0.00"] == [line["amount"] for line in document["lines"]]
    assert ["0.00"] * 5 == [
        document["net"],
        document["tax"],
        document["total"],
        *(document["taxes"][0][n] for n in ("base", "amount")),
    ]


def test_the_highest_step_is_told_even_without_a_demand_charge() -> None:
    values = steady("1", JANUARY).values.copy()
    values[100] = 1500  # Wh in a quarter hour

    assert D(6) == bill(make_tariff(energy()), Intervals(values, 900), JANUARY).max_demand_kw


def test_one_total_a_connection_is_needed() -> None:
    batch = UsageBatch(2, {"import": Total(np.array([1, 2, 3]), MARCH.start, MARCH.end)})

    with pytest.raises(InputError, match="one total a connection"):
        rate_batch(make_tariff(energy()), batch, MARCH, BERLIN)


@pytest.mark.parametrize(
    ("registers", "expected"),
    [
        pytest.param({"import_day": "66", "import_night": "154"}, 220_000, id="two rates"),
        pytest.param({"import_day": "66", "import_night": "154", "import_total": "220"}, 220_000, id="and their sum"),
        pytest.param({"import": "40", "import_day": "66", "import_night": "154"}, 260_000, id="exchanged for one rate"),
    ],
)
def test_the_energy_of_a_meter_with_several_rates_is_what_all_of_them_counted(
    registers: dict[str, str], expected: int
) -> None:
    charges = [energy(register=name, price="0.25", id=name) for name in registers]

    usage: Any = {name: total(kwh) for name, kwh in registers.items()}
    rating = bill(make_tariff(*charges), **usage)

    assert expected == rating.energy
