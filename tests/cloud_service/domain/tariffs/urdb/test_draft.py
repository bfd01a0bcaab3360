"""Names, numbers and fees of a document in the making."""

import pytest

from cloud_service.domain.tariffs.urdb.draft import DocumentDraft, add_fixed, add_minimum, machine_name, number
from common.errors import InputError
from tests.cloud_service.domain.tariffs.urdb.records import D, june, record


def test_a_float_of_json_is_read_by_its_shortest_text() -> None:
    assert D("72.00") == june(record(energyratestructure=[[{"rate": 0.1}]])).total


def test_fixed_and_minimum_charges_keep_their_units() -> None:
    rating = june(
        record(fixedchargefirstmeter=D("0.5"), fixedchargeunits="$/day", mincharge=100, minchargeunits="$/month")
    )

    assert [("energy", D("72.00")), ("standing", D("15.00")), ("minimum", D("13.00"))] == [
        (line.charge, line.amount) for line in rating.lines
    ]


@pytest.mark.parametrize(
    ("texts", "name"),
    [(("A Utility", "Rate B-1 (2026)"), "a-utility-rate-b-1-2026"), (("", "§"), "urdb"), ((), "urdb")],
)
def test_an_id_is_made_of_names_for_people(texts: tuple[str, ...], name: str) -> None:
    assert name == machine_name(*texts)


def test_an_id_is_not_longer_than_80_letters() -> None:
    assert 80 == len(machine_name("x" * 200))


@pytest.mark.parametrize("value", [None, True, "a lot", float("nan")])
def test_what_is_no_number_is_refused_with_its_place(value: object) -> None:
    with pytest.raises(InputError) as refused:
        number(value, "mincharge")
    assert "mincharge" == refused.value.path


def test_a_minimum_is_of_what_is_bought_where_all_generation_is_sold() -> None:
    draft = DocumentDraft("id", "name")
    draft.charges += [{"kind": "energy"}, {"kind": "export", "register": "export"}]

    add_minimum(draft, D(20), "$/month", "minchargeunits")

    assert {"kind": "minimum", "amount": "20", "per": "month", "credits": "ignore", "of": ["energy"]} == draft.charges[
        2
    ]


def test_a_fee_of_nothing_is_no_charge() -> None:
    draft = DocumentDraft("id", "name")

    add_fixed(draft, D(0), "$/day", "fixedchargeunits")

    assert [] == draft.finish().document["charges"]
