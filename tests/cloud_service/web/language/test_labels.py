import re
from typing import get_args

import pytest
from sqlalchemy import CheckConstraint

from cloud_service.domain.calendar.billing_cycle import CYCLES
from cloud_service.domain.charges import AnyCharge
from cloud_service.domain.invoicing.basis import TAKEN_UP
from cloud_service.flow.customers import client
from cloud_service.flow.metering import sites_and_meters
from cloud_service.store.tables import Table
from cloud_service.web.access import ROLES
from cloud_service.web.language.labels import LABELS, event_label, label, options
from cloud_service.web.language.state_labels import STATES, state_label
from cloud_service.web.load_profile import QUALITIES


def codes_of(table: str, column: str) -> set[str]:
    """The codes that the database allows in a column."""
    constraints = Table.metadata.tables[table].constraints
    texts = [str(constraint.sqltext) for constraint in constraints if isinstance(constraint, CheckConstraint)]
    (allowed,) = (text for text in texts if text.startswith(f"{column} in ("))
    return set(re.findall(r"'(\w+)'", allowed))


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("utility", set(sites_and_meters.UTILITIES)),
        ("utility", codes_of("service_point", "utility")),
        ("client_kind", set(client.KINDS)),
        ("mode", set(client.MODES)),
        ("delivery", set(client.DELIVERIES)),
        ("delivery_way", set(client.DELIVERIES)),
        ("billing_cycle", set(CYCLES)),
        ("role", set(ROLES)),
        ("panel_role", set(ROLES)),
        ("register_kind", codes_of("register", "kind")),
        ("direction", codes_of("register", "direction")),
        ("quality", set(QUALITIES.values())),
        ("run_state", codes_of("billing_run", "state")),
        ("payment_kind", codes_of("payment", "kind")),
        ("number_series", codes_of("invoice", "kind") | {"receipt"}),
    ],
)
def test_every_code_that_can_be_stored_has_its_word(kind: str, codes: set[str]) -> None:
    assert codes == set(LABELS[kind])


def test_every_kind_of_price_has_its_word() -> None:
    charges = get_args(AnyCharge)

    assert {charge.__struct_config__.tag for charge in charges} | TAKEN_UP == set(LABELS["charge"])


@pytest.mark.parametrize(
    "table", ["delivery", "billing_run", "billing_item", "gateway", "payment_plan", "prepaid_state"]
)
def test_every_state_that_can_be_stored_has_its_badge(table: str) -> None:
    assert set() == codes_of(table, "state") - set(STATES)


def test_a_code_without_a_word_is_shown_as_it_is_written() -> None:
    assert "Final notice" == label("final notice", "dunning_step")
    assert "Letter of the lawyer" == label("letter_of_the_lawyer", "dunning_step")
    assert ("Half way", "muted") == (state_label("half_way").label, state_label("half_way").tone)


def test_what_happened_to_a_bill_is_said_in_words() -> None:
    assert "Mail bounced" == event_label("mail bounced")
    assert "Reminded: 1. Mahnung" == event_label("reminded: 1. Mahnung")
    assert "Invoice: write off" == event_label("invoice.write_off")


def test_a_form_offers_all_codes_of_a_kind() -> None:
    assert [("postpaid", "Postpaid"), ("prepaid", "Prepaid")] == list(options("mode"))
