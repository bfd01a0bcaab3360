"""What rating and invoicing call a line is said in the reader's language; a tariff's own words stay."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from cloud_service.documents.einvoice.lines import line_terms
from cloud_service.documents.from_invoice import paper_of
from cloud_service.documents.invoice_lines import line_groups
from cloud_service.documents.line_names import ENDINGS, NAMES, NUMBERED, line_name
from cloud_service.documents.translations import languages, localizer_for
from cloud_service.flow.issue import issue
from cloud_service.flow.rate import rate_contracts
from cloud_service.store.invoicing.issued_invoice import issued_invoice
from common.period import Span
from tests.books.world import FLAT, build

D = Decimal
OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
BLOCKS = [{"up_to": "100", "price": "0.20"}, {"price": "0.30"}]
STORED = {  # every ending that is stored, with a charge that has it
    "Nachtstrom, block 2": "energy",
    "Nachtstrom, surplus paid out": "energy",
    "Nachtstrom, credit of earlier months": "export",
    "Nachtstrom, credit carried over": "export",
    "Nachtstrom, credit that ended with month 3": "export",
    "Nachtstrom, credit paid out": "export",
    "Nachtstrom, margin": "spot",
    "Nachtstrom, excess": "capacity",
    "Nachtstrom, taken back": "difference",
}


@pytest.mark.parametrize(
    ("label", "charge", "german"),
    [
        ("Nachtstrom, block 2", "energy", "Nachtstrom, Stufe 2"),
        ("Energy, HT, block 12", "energy", "Arbeitspreis, HT, Stufe 12"),
        ("Demand, block 1", "demand", "Leistungspreis, Stufe 1"),
        ("Water, block 1", "energy", "Wasser, Stufe 1"),
        ("Energy, surplus paid out", "energy", "Arbeitspreis, ausgezahlter Überschuss"),
        ("Solar, credit that ended with month 3", "export", "Solar, Guthaben verfallen Ende März"),
        ("Energy at market price, margin", "spot", "Energie zum Marktpreis, Aufschlag"),
        ("Contracted capacity, excess", "capacity", "Vertragsleistung, Überschreitung"),
        ("Difference to INV-1", "difference", "Differenz zu INV-1"),
        ("Difference to INV-1, taken back", "difference", "Differenz zu INV-1, zurückgenommen"),
        ("Difference to INV-1, taken back · Dach", "difference", "Differenz zu INV-1, zurückgenommen · Dach"),
        ("Export, block 1 · Dach", "export", "Einspeisung, Stufe 1 · Dach"),
        ("Standing charge", "standing", "Grundpreis"),
        ("Late fee", "fees", "Mahngebühr"),
        ("Interest on INV-7", "interest", "Zinsen auf INV-7"),
        ("Advance bill INV-8", "advance", "Abschlagsrechnung INV-8"),
    ],
)
def test_our_words_are_said_in_the_readers_language(label: str, charge: str, german: str) -> None:
    assert german == line_name(label, charge, localizer_for("de"))


@pytest.mark.parametrize(
    ("label", "charge"),
    [
        ("Nachtstrom", "energy"),
        ("Strom · Nacht", "energy"),
        ("Wohnung, block 3", "standing"),
        ("Mietpark, excess", "energy"),
        ("Interest on arrears", "standing"),
        ("Energy", "standing"),
        ("Zuschlag {name}, {0}", "percentage"),
        ("Solar, credit that ended with month 13", "export"),
        ("", "energy"),
    ],
)
def test_a_tariffs_own_words_stay(label: str, charge: str) -> None:
    assert label == line_name(label, charge, localizer_for("de"))


def test_braces_of_a_tariff_are_no_fields_of_ours() -> None:
    assert "{name} {0}, Stufe 1" == line_name("{name} {0}, block 1", "energy", localizer_for("de"))


@pytest.mark.parametrize("language", [code for code in languages() if code != "en"])
def test_no_language_keeps_english_words(language: str) -> None:
    localizer = localizer_for(language)
    english = localizer_for("en")

    for label, charge in STORED.items():
        name = line_name(label, charge, localizer)
        ending = re.sub(r" [0-9]+$", "", label.removeprefix("Nachtstrom, "))
        assert name.startswith("Nachtstrom")
        assert not re.search(rf"\b{ending}\b", name)
    assert [] == [
        stored for charge, stored in NAMES
        if line_name(stored, charge, localizer) == line_name(stored, charge, english)
    ]  # fmt: skip


def test_every_ending_is_tried_and_english_says_it_as_it_is_stored() -> None:
    english = localizer_for("en_GB")
    month = "Nachtstrom, credit that ended with month 3"

    assert len(ENDINGS) == len(STORED)
    assert {label: label for label in STORED} | {month: "Nachtstrom, credit that ended with March"} == {
        label: line_name(label, charge, english) for label, charge in STORED.items()
    }
    assert [stored for _, stored in NAMES] == [line_name(stored, charge, english) for charge, stored in NAMES]
    assert 3 == len(NUMBERED)


def billed_lines(session: Session, *charges: dict[str, Any]) -> Any:
    """The paper of October's bill by a tariff, rated, issued and read out of the books."""
    world = build(session, tariff=FLAT | {"charges": list(charges)}, tenants=1)
    world.readings(world.registers[0], OCTOBER)
    (rated,) = rate_contracts(session, world.contracts, OCTOBER)
    assert rated.rated is not None
    (issued,) = issue(session, [rated.rated], bill_date=date(2026, 11, 2), author="test")
    return paper_of(issued_invoice(session, issued.id))


def test_a_bill_and_its_e_invoice_say_blocks_in_the_language_of_who_pays(session: Session) -> None:
    paper = billed_lines(
        session,
        {"kind": "energy", "blocks": BLOCKS},
        {"kind": "energy", "id": "own", "label": "Konzession", "price": "0.01"},
        {"kind": "standing", "amount": "5", "per": "month"},
    )
    paper = replace(paper, locale="fr")
    names = [row["label"] for group in line_groups(paper, localizer_for("fr")) for row in group["lines"]]

    assert ["Énergie, tranche 1", "Énergie, tranche 2", "Konzession", "Abonnement"] == names
    assert names == [line_terms(at, line, paper, 1)["BT-153"] for at, line in enumerate(paper.lines, 1)]


def test_units_of_power_and_time_are_said_in_the_language_too(session: Session) -> None:
    paper = billed_lines(session, {"kind": "capacity", "price": "4", "contracted_kw": "3"})
    (row,) = line_groups(paper, localizer_for("de"))[0]["lines"]

    assert ("Vertragsleistung", "kW × Monate") == (row["label"], row["unit"])
    assert "3 kW × Monate" in line_terms(1, paper.lines[0], replace(paper, locale="de"), 1)["BT-154"]
    assert "Abrechnungszeitraum" == localizer_for("de").unit("span", D(1))
