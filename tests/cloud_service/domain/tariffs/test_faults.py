from typing import Any

import pytest

from cloud_service.domain.tariffs.faults import faults

SOUND: dict[str, Any] = {"id": "x", "currency": "EUR", "charges": [{"kind": "energy", "price": "0.30"}]}


def places(document: dict[str, Any]) -> list[str]:
    return [error.path for error in faults(document)]


def test_a_sound_document_has_no_faults() -> None:
    assert [] == faults(SOUND)


def test_each_fault_has_its_own_place() -> None:
    document = SOUND | {
        "currency": "euro",
        "colour": "red",
        "charges": [{"kind": "energy", "price": "a"}, {"kind": "foo"}, {"kind": "energy", "price": "1", "typo": 1}],
        "taxes": [{"name": "VAT", "percent": "x"}],
    }

    assert ["currency", "charges[0].price", "charges[1].kind", "charges[2]", "$", "taxes[0].percent"] == places(
        document
    )


def test_places_in_versions_name_the_version() -> None:
    good = {"from": "2026-01-01", "charges": SOUND["charges"]}
    bad = {"until": "2026-01-01", "charges": [{"kind": "energy", "price": "x"}, 3]}
    document = {"id": "x", "currency": "EUR", "versions": [bad, good]}

    assert ["versions[0].charges[0].price", "versions[0].charges[1]"] == places(document)


def test_what_refers_to_nothing_is_said_only_when_all_can_be_read() -> None:
    refers = {"kind": "percentage", "of": ["energy"], "percent": "3"}
    broken = {"kind": "energy", "price": "a"}

    assert ["charges[0].price"] == places(SOUND | {"charges": [broken, refers]})
    assert ["charges[0].of"] == places(SOUND | {"charges": [refers]})


@pytest.mark.parametrize(
    "document", [{}, {"versions": 3}, {"versions": [3]}, SOUND | {"charges": 3}, {"id": "x", "currency": "EUR"}]
)
def test_what_is_no_document_at_all_has_one_fault(document: dict[str, Any]) -> None:
    assert 1 == len(faults(document))


def test_the_document_itself_is_left_as_it_was() -> None:
    document = SOUND | {"charges": [{"kind": "energy", "price": "a"}]}
    faults(document)

    assert "a" == document["charges"][0]["price"]
