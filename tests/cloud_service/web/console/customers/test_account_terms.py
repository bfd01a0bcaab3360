from decimal import Decimal
from typing import Any

import pytest

from cloud_service.flow.customers.client import AccountTerms
from cloud_service.web.console.customers.account_terms import PREPAID_FIELDS, terms_as_fields, terms_of
from cloud_service.web.forms import Form
from common.errors import InputError

BILLING = {"billing_cycle": "monthly", "billing_day": 1, "payment_terms_days": 14, "delivery": "email"}


def sent_form(**prepaid: Decimal) -> Form:
    """The form of an account's terms as it was read, with these prepaid terms typed and the others empty."""
    empty: dict[str, Any] = {field.key: None for field in PREPAID_FIELDS}
    return Form(PREPAID_FIELDS, values=BILLING | empty | prepaid)


def test_typed_prepaid_terms_are_kept_as_decimal_text() -> None:
    terms = terms_of(sent_form(low_days=Decimal(7), debt_share=Decimal("0.25")), {})

    assert {"prepaid": {"low_days": "7"}, "debt_share": "0.25"} == terms.settings


def test_an_emptied_field_is_taken_out() -> None:
    before = {"prepaid": {"low_days": "7"}, "debt_share": "0.25"}

    assert {} == terms_of(sent_form(), before).settings


def test_settings_that_the_form_does_not_show_stay() -> None:
    before = {"prepaid": {"cut_from": "09:00", "low_days": "7"}, "numbers": "kept"}

    after = terms_of(sent_form(critical_days=Decimal(1)), before).settings

    assert {"prepaid": {"cut_from": "09:00", "critical_days": "1"}, "numbers": "kept"} == after
    assert {"prepaid": {"cut_from": "09:00", "low_days": "7"}, "numbers": "kept"} == before


def test_a_form_without_prepaid_fields_leaves_the_settings_alone() -> None:
    before = {"prepaid": {"low_days": "7"}}

    assert before == terms_of(Form((), values=dict(BILLING)), before).settings


def test_a_share_above_one_is_refused_at_its_field() -> None:
    with pytest.raises(InputError) as refused:
        terms_of(sent_form(debt_share=Decimal(3)), {})

    assert "debt_share" == refused.value.path


def test_the_fields_show_what_the_terms_say() -> None:
    terms = AccountTerms(30, "quarterly", 15, "post", {"prepaid": {"low_days": "7"}, "debt_share": "0.25"})

    assert {
        "payment_terms_days": 30, "billing_cycle": "quarterly", "billing_day": 15, "billing_month": 1,
        "billing_year": None, "delivery": "post", "low_days": Decimal(7), "debt_share": Decimal("0.25"),
    } == terms_as_fields(terms)  # fmt: skip
